namespace EventDock.Tests.Properties;

using System.Text;
using EventDock.Adapters.Signing;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>Proof files and checkpoints: what is changed anywhere is refused, and the refusal says where.</summary>
public sealed class ProofFileTests
{
    private static readonly byte[] Seed = Enumerable.Range(1, 32).Select(i => (byte)i).ToArray();
    private static readonly VerifierKey Key = Must(VerifierKey.Of("eventdock/0123abcd", Ed25519.PublicKey(Seed)));
    private static readonly string[] Lines = Enumerable.Range(1, 20).Select(i => $$"""{"position":{{i}},"stream":"é"}""").ToArray();
    private static readonly string Inclusion = InclusionOf(Lines, 7, 13).ToString();
    private static readonly string Consistency = ConsistencyOf(Lines, 6, 13).ToString();

    [Fact]
    public void A_proof_reads_back_as_it_was_and_holds_by_its_own_key_and_by_the_trusted_one()
    {
        foreach (var text in new[] { Inclusion, Consistency, Signed(Lines, 13).ToString() })
        {
            var file = Must(ProofFile.Parse("proof", Encoding.UTF8.GetBytes(text)));
            Assert.True(Check(text, None).IsRight);
            Assert.True(Check(text, Some(Key)).IsRight);
            Assert.Equal(text, file switch
            {
                ProofFile.Inclusion i => i.Proof.ToString(),
                ProofFile.Consistency c => c.Proof.ToString(),
                _ => file.Signed.ToString(),
            });
        }
    }

    [Fact]
    public void The_inclusion_proof_has_the_form_of_C2SP_and_holds_the_line_that_it_proves()
    {
        var lines = Inclusion.Split('\n');
        Assert.Equal("c2sp.org/tlog-proof@v1", lines[0]);
        Assert.Equal($"{Lines[6]}\n{Key.Text}\n", Encoding.UTF8.GetString(Convert.FromBase64String(lines[1]["extra ".Length..])));
        Assert.Equal("index 6", lines[2]);
        Assert.Equal(["", Key.Name, "13"], lines[7..10]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Any_byte_changed_taken_out_or_put_in_is_refused_with_and_without_a_trusted_key(bool inclusion)
    {
        var bytes = Encoding.UTF8.GetBytes(inclusion ? Inclusion : Consistency);
        for (var i = 0; i < bytes.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var changed = (byte[])bytes.Clone();
                changed[i] ^= (byte)(1 << bit);
                Assert.True(Check(changed, None).IsLeft && Check(changed, Some(Key)).IsLeft, $"byte {i}, bit {bit}");
            }

            Assert.True(Check([.. bytes[..i], .. bytes[(i + 1)..]], None).IsLeft, $"without byte {i}");
            Assert.True(Check([.. bytes[..i], bytes[i], .. bytes[i..]], None).IsLeft, $"byte {i} twice");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Any_line_taken_out_or_said_twice_or_swapped_with_the_next_is_refused(bool inclusion)
    {
        var lines = (inclusion ? Inclusion : Consistency)[..^1].Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            Assert.True(Check(Joined([.. lines[..i], .. lines[(i + 1)..]]), Some(Key)).IsLeft, $"without line {i + 1}");
            // A signature said twice is the same signature.
            Assert.Equal(i == lines.Length - 1, Check(Joined([.. lines[..(i + 1)], .. lines[i..]]), Some(Key)).IsRight);
            if (i + 1 < lines.Length)
            {
                Assert.True(Check(Joined([.. lines[..i], lines[i + 1], lines[i], .. lines[(i + 2)..]]), Some(Key)).IsLeft, $"line {i + 1} after the next");
            }
        }
    }

    [Theory]
    [InlineData(1, "c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2")]
    [InlineData(2, "extra ", "extra  ")]
    [InlineData(3, "index 6", "index 06")]
    [InlineData(3, "index 6", "index -6")]
    [InlineData(3, "index 6", "index +6")]
    [InlineData(3, "index 6", "index 6 ")]
    [InlineData(3, "index 6", "index 99999999999999999999")]
    [InlineData(3, "index 6", "place 6")]
    [InlineData(10, "\n13\n", "\n013\n")]
    [InlineData(10, "\n13\n", "\n-13\n")]
    [InlineData(10, "\n13\n", "\n\n")]
    [InlineData(10, "\n13\n", "\n9223372036854775808\n")]
    public void A_field_that_is_not_of_its_form_is_refused_with_its_line(int line, string was, string becomes)
    {
        var error = Left(Check(Replaced(Inclusion, was, becomes), Some(Key)));
        Assert.True(error is DomainError.BadProof bad && bad.Line == line, $"{error}");
    }

    [Theory]
    [InlineData("old 6 ", "old 06 ", 3)]
    [InlineData("old 6 ", "old 6  ", 3)]
    [InlineData("old 6 ", "old 6", 3)]
    [InlineData("key ", "kay ", 2)]
    public void So_is_one_of_a_consistency_proof(string was, string becomes, int line) =>
        Assert.Equal(line, Assert.IsType<DomainError.BadProof>(Left(Check(Replaced(Consistency, was, becomes), Some(Key)))).Line);

    [Fact]
    public void Endless_paths_and_lines_are_refused_before_they_cost_anything()
    {
        var hash = MerkleTree.EmptyRoot.Base64 + "\n";
        var endless = Inclusion.Replace("index 6\n", "index 6\n" + string.Concat(Enumerable.Repeat(hash, 100)), StringComparison.Ordinal);
        Assert.Equal(4 + PathCheck.Longest, Assert.IsType<DomainError.BadProof>(Left(Check(endless, None))).Line);
        var huge = $"{InclusionProof.Header}\nextra {new string('A', 300_000)}\nindex 0\n\n";
        Assert.Equal(2, Assert.IsType<DomainError.BadProof>(Left(Check(huge, None))).Line);
    }

    [Fact]
    public void Another_key_s_signature_is_no_signature_also_where_the_file_names_that_key()
    {
        var forger = Must(VerifierKey.Of(Key.Name, Ed25519.PublicKey(new byte[32])));
        var checkpoint = Signed(Lines, 13).Checkpoint;
        var forged = InclusionOf(Lines, 7, 13) with { Key = forger, Signed = Sign(checkpoint, forger, new byte[32]) };
        Assert.True(Check(forged.ToString(), None).IsRight);
        Assert.IsType<DomainError.BadSignature>(Left(Check(forged.ToString(), Some(Key))));
        var named = Sign(checkpoint with { Origin = "eventdock/other" }, Key, Seed);
        Assert.IsType<DomainError.BadSignature>(Left(Check(named.ToString(), Some(Key))));
    }

    [Fact]
    public void A_line_that_gives_itself_another_position_is_no_proof_of_this_one()
    {
        var lines = (string[])Lines.Clone();
        lines[6] = Lines[5];
        var error = Assert.IsType<DomainError.ProofFails>(Left(Check(InclusionOf(lines, 7, 13).ToString(), Some(Key))));
        Assert.Contains("position 7", error.Reason);
    }

    [Fact]
    public void A_store_that_has_rewritten_its_past_and_signed_again_cannot_prove_that_it_only_added_to_the_old_checkpoint()
    {
        var held = Signed(Lines, 6).Checkpoint;
        var lines = (string[])Lines.Clone();
        lines[2] = """{"position":3,"stream":"another story"}""";

        // Its own tree from end to end: sound, and not from the checkpoint that the auditor holds.
        var own = ConsistencyOf(lines, 6, 13);
        Assert.True(Check(own.ToString(), Some(Key)).IsRight);
        Assert.IsType<DomainError.ProofFails>(Left(Check(own.ToString(), Some(Key), held)));

        // The old root put into it, with the new tree's path, or with the old one's.
        Assert.IsType<DomainError.ProofFails>(Left(Check((own with { OldRoot = held.Root }).ToString(), Some(Key), held)));
        var pasted = own with { OldRoot = held.Root, Path = ConsistencyOf(Lines, 6, 13).Path };
        Assert.IsType<DomainError.ProofFails>(Left(Check(pasted.ToString(), Some(Key), held)));

        Assert.True(Check(Consistency, Some(Key), held).IsRight);
        Assert.IsType<DomainError.ProofFails>(Left(Check(Inclusion, Some(Key), held)));
    }

    [Theory]
    [InlineData("origin\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", true)]
    [InlineData("origin\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmore\n", true)]
    [InlineData("origin\n0\nAAAAQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", false)]
    [InlineData("origin\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n", false)]
    [InlineData("origin\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n", false)]
    [InlineData("origin\n1\n", false)]
    [InlineData("origin\n\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", false)]
    [InlineData("origin\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\nmore\n", false)]
    public void A_checkpoint_is_read_strictly(string text, bool good)
    {
        var note = $"{text}\n— origin AAAAAAAA\n";
        Assert.Equal(good, SignedCheckpoint.Parse("note", Encoding.UTF8.GetBytes(note)).Match(Right: s => s.Checkpoint.Text == text && s.ToString() == note, Left: _ => false));
    }

    private static InclusionProof InclusionOf(string[] lines, int position, int size)
    {
        var nodes = Nodes(lines);
        return new InclusionProof(
            lines[position - 1], Key, position - 1, ProofPath.Inclusion(position - 1, size).Hashes(n => nodes[n]), Signed(lines, size));
    }

    private static ConsistencyProof ConsistencyOf(string[] lines, int old, int size)
    {
        var nodes = Nodes(lines);
        return new ConsistencyProof(
            Key, old, Signed(lines, old).Checkpoint.Root, ProofPath.Consistency(old, size).Hashes(n => nodes[n]), Signed(lines, size));
    }

    private static SignedCheckpoint Signed(string[] lines, int size) =>
        Sign(new Checkpoint(Key.Name, size, MerkleTree.Root(lines.Take(size).Select(MerkleTree.Leaf))), Key, Seed);

    private static SignedCheckpoint Sign(Checkpoint checkpoint, VerifierKey key, byte[] seed) => new(
        checkpoint,
        new Note(checkpoint.Text, Seq1(new NoteSignature(key.Name, key.Id, Ed25519.Sign(seed, Encoding.UTF8.GetBytes(checkpoint.Text))))));

    private static Dictionary<NodeAt, TreeHash> Nodes(string[] lines)
    {
        var nodes = new Dictionary<NodeAt, TreeHash>();
        var tree = new Frontier(nodes.Add);
        lines.Select(MerkleTree.Leaf).Iter(tree.Add);
        return nodes;
    }

    private static string Joined(IEnumerable<string> lines) => string.Concat(lines.Select(l => l + "\n"));

    private static string Replaced(string text, string was, string becomes)
    {
        Assert.Contains(was, text);
        return text.Replace(was, becomes, StringComparison.Ordinal);
    }

    private static Either<DomainError, Unit> Check(string text, Option<VerifierKey> trusted, Option<Checkpoint> held = default) =>
        Check(Encoding.UTF8.GetBytes(text), trusted, held);

    private static Either<DomainError, Unit> Check(byte[] bytes, Option<VerifierKey> trusted, Option<Checkpoint> held = default) =>
        ProofFile.Parse("proof", bytes).Bind(file => file.Check(trusted, held, Ed25519.Verify));

    private static T Must<T>(Either<DomainError, T> result) => result.IfLeft(e => throw new Xunit.Sdk.XunitException($"{e}"));

    private static DomainError Left<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => throw new Xunit.Sdk.XunitException($"accepted: {r}"), Left: e => e);
}
