// One installation at a time: a machine of two cores has no more to give, and what is timed out is not what is wrong.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
