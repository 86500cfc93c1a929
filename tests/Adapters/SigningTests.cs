namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using System.Text;
using EventDock.Adapters.Signing;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>Ed25519 by libcrypto, the key under the root, signers and keepers elsewhere.</summary>
public sealed class SigningTests : IDisposable
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private readonly string root = Directory.CreateTempSubdirectory("ed-sign-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    /// <summary>RFC 8032, section 7.1: TEST 1, 2, 3 and SHA(abc).</summary>
    [Theory]
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    [InlineData(
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42", "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704")]
    public void The_vectors_of_RFC_8032_are_signed_and_accepted(string seed, string key, string message, string signature)
    {
        var (secret, text, expected) = (Convert.FromHexString(seed), Convert.FromHexString(message), Convert.FromHexString(signature));
        Assert.Equal(key, Convert.ToHexStringLower(Ed25519.PublicKey(secret)));
        Assert.Equal(signature, Convert.ToHexStringLower(Ed25519.Sign(secret, text)));
        Assert.True(Ed25519.Verify(Convert.FromHexString(key), text, expected));
        for (var i = 0; i < expected.Length; i++)
        {
            var changed = (byte[])expected.Clone();
            changed[i] ^= 0x80;
            Assert.False(Ed25519.Verify(Convert.FromHexString(key), text, changed));
        }

        Assert.False(Ed25519.Verify(Convert.FromHexString(key), [.. text, 0], expected));
        Assert.False(Ed25519.Verify(Convert.FromHexString(key), text, expected[..^1]));
        Assert.False(Ed25519.Verify(Convert.FromHexString(key), text, [.. expected, 0]));
        Assert.False(Ed25519.Verify(new byte[31], text, expected));
        Assert.False(Ed25519.Verify(Enumerable.Repeat((byte)0xff, 32).ToArray(), text, expected));
    }

    [Fact]
    public async Task The_key_is_made_once_for_root_s_eyes_only_and_commands_at_once_agree_on_it()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
            Must(await SigningAdapter.Create(root, None).Key("eventdock/x", NoCancel).ToEither()).Text)));
        Assert.Single(keys.Distinct());
        Assert.Equal(["ed25519.pem"], Directory.GetFileSystemEntries(Path.Combine(root, "signing")).Select(p => Path.GetFileName(p)!).ToArray());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(root, "signing", "ed25519.pem")));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(root, "signing")));
    }

    [Fact]
    public async Task A_key_file_that_is_none_is_refused_and_not_replaced()
    {
        Must(await SigningAdapter.Create(root, None).Key("eventdock/x", NoCancel).ToEither());
        var path = Path.Combine(root, "signing", "ed25519.pem");
        var text = File.ReadAllText(path).Replace("MC4CAQ", "MC4CAg", StringComparison.Ordinal);
        File.WriteAllText(path, text);
        Assert.IsType<DomainError.SignerFailed>(Left(await SigningAdapter.Create(root, None).Sign([1], NoCancel).ToEither()));
        Assert.Equal(text, File.ReadAllText(path));
    }

    [Fact]
    public async Task The_openssl_program_reads_the_key_and_accepts_the_signature_of_a_note()
    {
        var signer = SigningAdapter.Create(root, None);
        var key = Must(await signer.Key("eventdock/x", NoCancel).ToEither());
        var signed = Must(await signer.Signed(new Checkpoint("eventdock/x", 0, MerkleTree.EmptyRoot), key, NoCancel).ToEither());
        File.WriteAllBytes(Path.Combine(root, "message"), signed.Note.Message);
        File.WriteAllBytes(Path.Combine(root, "signature"), signed.Note.Signatures.Head.Signature);
        // An Ed25519 public key in DER is these 12 bytes and the key.
        File.WriteAllBytes(Path.Combine(root, "public"), [.. Convert.FromHexString("302a300506032b6570032100"), .. key.Key]);
        Assert.Equal((0, "Signature Verified Successfully"), Openssl("pkeyutl -verify -pubin -keyform DER -inkey public -rawin -in message -sigfile signature"));
        Assert.Equal(0, Openssl("pkey -in signing/ed25519.pem -pubout -outform DER -out again").Code);
        Assert.Equal(File.ReadAllBytes(Path.Combine(root, "public")), File.ReadAllBytes(Path.Combine(root, "again")));
        File.AppendAllText(Path.Combine(root, "message"), "x");
        Assert.NotEqual(0, Openssl("pkeyutl -verify -pubin -keyform DER -inkey public -rawin -in message -sigfile signature").Code);
    }

    [Theory]
    [InlineData("cat")]
    [InlineData("base64 -w0")]
    [InlineData("base64 -w0; echo")]
    public async Task A_signer_elsewhere_signs_in_either_form(string form)
    {
        var external = External($"f=$(mktemp); cat > $f; openssl pkeyutl -sign -inkey $0 -rawin -in $f | {form}; rm $f");
        var signer = SigningAdapter.Create(root, Some(external));
        var key = Must(await signer.Key("eventdock/x", NoCancel).ToEither());
        var signed = Must(await signer.Signed(new Checkpoint("eventdock/x", 0, MerkleTree.EmptyRoot), key, NoCancel).ToEither());
        Assert.True(signed.SignedBy(key, SigningAdapter.Check, "note").IsRight);
        Assert.False(Directory.Exists(Path.Combine(root, "signing")));
    }

    [Theory]
    [InlineData("echo the token is gone >&2; exit 7", "exit code 7: the token is gone")]
    [InlineData("exit 7", "exit code 7")]
    [InlineData("head -c 64 /dev/zero", "not one by the configured public key")]
    [InlineData("echo hello", "did not print a signature")]
    [InlineData("head -c 200000 /dev/zero", "did not print a signature")]
    [InlineData("kill -9 $$", "exit code 137")]
    public async Task A_signer_that_fails_is_named_with_its_reason(string script, string reason)
    {
        var error = Left(await SigningAdapter.Create(root, Some(External(script))).Sign([1, 2, 3], NoCancel).ToEither());
        Assert.Contains(reason, Assert.IsType<DomainError.SignerFailed>(error).Reason);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        var gone = new ExternalSigner(Seq1("/no/such/program"), Convert.ToBase64String(new byte[32]));
        Assert.Contains("No such file", Assert.IsType<DomainError.SignerFailed>(Left(await SigningAdapter.Create(root, Some(gone)).Sign([1], NoCancel).ToEither())).Reason);
    }

    [Fact]
    public async Task Notes_are_appended_to_a_file_one_after_the_other_and_given_to_a_program_on_stdin()
    {
        var (file, other) = (Path.Combine(root, "notes"), Path.Combine(root, "other"));
        Must(await AnchorAdapter.Hand(new AnchorTarget.File(file), "one\n", NoCancel).ToEither());
        Must(await AnchorAdapter.Hand(new AnchorTarget.File(file), "two\n", NoCancel).ToEither());
        Assert.Equal("one\n\ntwo\n\n", File.ReadAllText(file));
        Must(await AnchorAdapter.Hand(new AnchorTarget.Program(Seq("/usr/bin/tee", other)), "three\n", NoCancel).ToEither());
        Assert.Equal("three\n", File.ReadAllText(other));
    }

    [Fact]
    public async Task A_target_that_does_not_keep_the_note_says_why()
    {
        AnchorTarget[] failing =
        [
            new AnchorTarget.File("/no/such/directory/notes"), new AnchorTarget.File(root), new AnchorTarget.File("/dev/full"),
            new AnchorTarget.Program(Seq("/bin/sh", "-c", "exit 3")), new AnchorTarget.Program(Seq1("/no/such/program")),
        ];
        foreach (var target in failing)
        {
            var error = Assert.IsType<DomainError.AnchorFailed>(Left(await AnchorAdapter.Hand(target, "note\n", NoCancel).ToEither()));
            Assert.Equal(target.Name, error.Target);
        }

        // Nothing reads it: to wait for a reader would be to wait for ever.
        var fifo = Path.Combine(root, "fifo");
        Assert.Equal(0, Run("/usr/bin/mkfifo", fifo).Code);
        Assert.True((await AnchorAdapter.Hand(new AnchorTarget.File(fifo), "note\n", NoCancel).ToEither()).IsLeft);
    }

    [Fact]
    public async Task The_newest_checkpoint_on_disk_is_never_replaced_by_an_older_one_of_the_same_log()
    {
        var files = CheckpointFilesAdapter.Create(root);
        var signer = SigningAdapter.Create(root, None);
        Assert.True(Must(await files.Newest(NoCancel).ToEither()).IsNone);
        foreach (var (origin, size, newest) in new[] { ("eventdock/a", 5L, 5L), ("eventdock/a", 3, 5), ("eventdock/a", 6, 6), ("eventdock/b", 2, 2) })
        {
            var key = Must(await signer.Key(origin, NoCancel).ToEither());
            var signed = Must(await signer.Signed(new Checkpoint(origin, size, MerkleTree.Leaf($"{size}")), key, NoCancel).ToEither());
            Must(await files.Keep(signed, NoCancel).ToEither());
            Assert.Equal(newest, Must(await files.Newest(NoCancel).ToEither()).Match(Some: s => s.Checkpoint.Size, None: () => -1));
        }

        var memory = new AnchorMemory("eventdock/b", 7, DateTimeOffset.FromUnixTimeMilliseconds(1_000_000_000_123), null);
        Must(await files.Remember(memory, NoCancel).ToEither());
        Assert.Equal(memory, Must(await files.Memory("eventdock/b", NoCancel).ToEither()));
        Assert.Equal(AnchorMemory.Nothing("eventdock/a"), Must(await files.Memory("eventdock/a", NoCancel).ToEither()));
    }

    /// <summary>A signer of its own key, whose path is the script's $0.</summary>
    private ExternalSigner External(string script)
    {
        Assert.Equal(0, Openssl("genpkey -algorithm ed25519 -out elsewhere.pem").Code);
        Assert.Equal(0, Openssl("pkey -in elsewhere.pem -pubout -outform DER -out elsewhere.der").Code);
        return new ExternalSigner(
            Seq("/bin/sh", "-c", script, Path.Combine(root, "elsewhere.pem")),
            Convert.ToBase64String(File.ReadAllBytes(Path.Combine(root, "elsewhere.der"))[12..]));
    }

    private (int Code, string Output) Openssl(string line) => Run("/usr/bin/openssl", line.Split(' '));

    private (int Code, string Output) Run(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { WorkingDirectory = root, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Trim());
    }

    private static DomainError Left<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => throw new Xunit.Sdk.XunitException($"done: {r}"), Left: e => e);
}
