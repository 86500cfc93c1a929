// What `make bench-ledger` runs: one file a measurement, chosen by the first argument.
return args switch
{
    _ => Unknown(),
};

static int Unknown()
{
    System.Console.Error.WriteLine("bench: name a measurement");
    return 2;
}
