namespace EventDock.Tests.Properties;

using System.Text;
using EventDock.Adapters.Signing;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>Signed notes as C2SP has them; the example is that of Go's sumdb.</summary>
public sealed class NoteTests
{
    private const string Key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    private const string Seed = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

    private const string Text =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";

    private const string Signature =
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    [Fact]
    public void The_example_of_Go_s_sumdb_is_accepted_and_is_what_we_would_sign()
    {
        var note = Read($"{Text}\n{Signature}");
        Assert.Equal(Text, note.Text);
        Assert.True(note.SignedBy(Trusted, Ed25519.Verify, "note").IsRight);
        var signature = Ed25519.Sign(Convert.FromBase64String(Seed)[1..], note.Message);
        Assert.Equal(
            $"{Text}\n{Signature}", new Note(Text, Seq1(new NoteSignature(Trusted.Name, Trusted.Id, signature))).ToString());
    }

    [Fact]
    public void Any_byte_of_text_or_signature_changed_is_refused()
    {
        var bytes = Encoding.UTF8.GetBytes($"{Text}\n{Signature}");
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = (byte[])bytes.Clone();
            changed[i] ^= 1;
            Assert.True(
                TextLines.Read("note", changed).Bind(l => Note.Parse(l, 0)).Bind(n => n.SignedBy(Trusted, Ed25519.Verify, "note")).IsLeft,
                $"byte {i}");
        }
    }

    [Fact]
    public void Signatures_of_strangers_are_carried_along_and_prove_nothing()
    {
        var stranger = $"— witness.example/w {Convert.ToBase64String(new byte[4 + 5000])}\n";
        var note = Read($"{Text}\n{stranger}{Signature}{stranger}");
        Assert.Equal(3, note.Signatures.Count);
        Assert.True(note.SignedBy(Trusted, Ed25519.Verify, "note").IsRight);
        Assert.Equal($"{Text}\n{stranger}{Signature}{stranger}", note.ToString());
        var unsigned = Read($"{Text}\n{stranger}").SignedBy(Trusted, Ed25519.Verify, "note");
        Assert.Contains("has not signed", Assert.IsType<DomainError.BadSignature>(Left(unsigned)).Reason);
        // One good signature does not make up for a bad one of the same key.
        var bad = $"— PeterNeumann {Convert.ToBase64String([.. Convert.FromHexString("c74f20a3"), .. new byte[64]])}\n";
        Assert.True(Read($"{Text}\n{Signature}{bad}").SignedBy(Trusted, Ed25519.Verify, "note").IsLeft);
    }

    [Fact]
    public void The_text_ends_at_the_last_empty_line()
    {
        var note = Read($"one\n\ntwo\n\n{Signature}");
        Assert.Equal("one\n\ntwo\n", note.Text);
    }

    public static readonly TheoryData<string, int> Malformed = new()
    {
        { "", 1 },
        { "text", 1 },
        { $"{Text}\n{Signature}"[..^1], 4 },
        { Text, 1 },
        { $"{Text}{Signature}", 1 },
        { $"{Text}\n", 3 },
        { $"{Text}\n{Signature}\n", 5 },
        { $"\n{Signature}", 1 },
        { $"a\tb\n\n{Signature}", 1 },
        { $"a\r\n\n{Signature}", 1 },
        { $"a\0\n\n{Signature}", 1 },
        { "text\n\n- name AAAAAAAA\n", 3 },
        { "text\n\n— AAAAAAAA\n", 3 },
        { "text\n\n—  AAAAAAAA\n", 3 },
        { "text\n\n— na+me AAAAAAAA\n", 3 },
        { "text\n\n— na me AAAAAAAA\n", 3 },
        { "text\n\n— name\n", 3 },
        { "text\n\n— name AAAA\n", 3 },
        { "text\n\n— name AAAAAA=\n", 3 },
        { "text\n\n— name AAAAAAB=\n", 3 },
        { "text\n\n— name AAAA AAAA\n", 3 },
        { "text\n\n— name AAAAAAAA \n", 3 },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void What_is_no_note_is_refused_with_its_line(string text, int line) =>
        Assert.Equal(line, Assert.IsType<DomainError.BadProof>(Left(TextLines.Read("note", text).Bind(l => Note.Parse(l, 0)))).Line);

    [Fact]
    public void Too_many_signatures_too_many_bytes_and_bytes_that_are_no_text_are_refused()
    {
        var many = $"text\n\n{string.Concat(Enumerable.Repeat(Signature, 101))}";
        Assert.Equal(103, Assert.IsType<DomainError.BadProof>(Left(TextLines.Read("note", many).Bind(l => Note.Parse(l, 0)))).Line);
        Assert.True(TextLines.Read("note", new byte[TextLines.MaxBytes + 1]).IsLeft);
        Assert.Equal(2, Assert.IsType<DomainError.BadProof>(Left(TextLines.Read("note", [(byte)'a', 10, 0xff, 10]))).Line);
    }

    [Fact]
    public void A_key_reads_back_and_no_part_of_it_can_be_left_out_or_changed()
    {
        Assert.Equal(Key, Trusted.Text);
        for (var from = 0; from < Key.Length; from++)
        {
            for (var to = from; to <= Key.Length; to++)
            {
                Assert.True((from == 0 && to == Key.Length) || VerifierKey.Parse(Key[from..to]).IsLeft, Key[from..to]);
            }

            Assert.True(VerifierKey.Parse($"{Key[..from]}{(char)(Key[from] + 1)}{Key[(from + 1)..]}").IsLeft);
        }

        // Go's own: a key too long, and a type that nobody knows, each with the id that fits it.
        Assert.True(VerifierKey.Parse("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==").IsLeft);
        Assert.True(VerifierKey.Parse("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").IsLeft);
        Assert.True(VerifierKey.Of("", new byte[32]).IsLeft);
        Assert.True(VerifierKey.Of("a b", new byte[32]).IsLeft);
        Assert.True(VerifierKey.Of("a\u00a0b", new byte[32]).IsLeft);
    }

    private static VerifierKey Trusted => VerifierKey.Parse(Key).IfLeft(e => throw new Xunit.Sdk.XunitException($"{e}"));

    private static Note Read(string text) =>
        TextLines.Read("note", text).Bind(l => Note.Parse(l, 0)).IfLeft(e => throw new Xunit.Sdk.XunitException($"{e}"));

    private static DomainError Left<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => throw new Xunit.Sdk.XunitException($"accepted: {r}"), Left: e => e);
}
