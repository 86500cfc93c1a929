namespace EventDock.Domain.Ledger;

using EventDock.Domain.Kernel;

/// <summary>
/// Takes the lines of an export of the whole ledger, one by one, and recomputes all that it says of itself: both digests of every
/// event, chain, tree. It changes in place, so that a million events make little garbage, and knows nothing of where lines come
/// from or go to. After an error it takes no more.
/// </summary>
public sealed class ExportReader
{
    private readonly CanonicalText scratch = new();
    private readonly Frontier tree = new();
    private readonly ExportedEvents events = new();
    private readonly List<(long First, long Last)> gaps = [];
    private TreeHash chain = LedgerChain.Start;
    private LeafFields? leaf;
    private byte[] line = [];
    private Option<SaltedPart>? headers;
    private ExportTrailer? trailer;
    private LeafFields? last;
    private long lines;

    /// <summary>The tree over all that has been taken.</summary>
    public Frontier Tree => tree;

    public TreeHash Chain => chain;

    /// <summary>When the last event was recorded.</summary>
    public Option<DateTimeOffset> Recorded => last is { } found ? Some(found.Recorded) : None;

    /// <summary>An event with the third line of each, and nothing with the others.</summary>
    /// <param name="next">Without its newline.</param>
    /// <param name="ended">It had one.</param>
    public Either<DomainError, Option<ImportedEvent>> Take(ReadOnlySpan<byte> next, bool ended = true)
    {
        lines++;
        return Step(next).MapLeft(error => error is DomainError.BadExport bad
            ? new DomainError.BadExport(lines, ended ? bad.Reason : "ends in the middle: it has been cut off")
            : error);
    }

    /// <summary>There are no more lines. Of an export without its last line it is not known what is missing.</summary>
    public Either<DomainError, ExportTrailer> End() =>
        trailer is { } found ? found : new DomainError.BadExport(0, "ends before its last line: it has been cut off");

    private Either<DomainError, Option<ImportedEvent>> Step(ReadOnlySpan<byte> next)
    {
        if (trailer is not null)
        {
            return Bad("comes after what should be the last");
        }

        if (leaf is not { } open)
        {
            return ExportTrailer.Begins(next)
                ? ExportTrailer.Parse(next).Bind(Closed).Map(_ => Option<ImportedEvent>.None)
                : Opened(next);
        }

        if (headers is not { } top)
        {
            return ExportLine.Part("headers", next, scratch).Map(part =>
            {
                headers = part;
                return Option<ImportedEvent>.None;
            });
        }

        (leaf, headers) = (null, null);
        return ExportLine.Part("data", next, scratch).Bind(data => Whole(open, top, data)).Map(Some);
    }

    private Either<DomainError, Option<ImportedEvent>> Opened(ReadOnlySpan<byte> next)
    {
        line = next.ToArray();
        return LeafFields.Parse(next, scratch).Bind(fields => Follows(fields).Map(_ =>
        {
            leaf = fields;
            return Option<ImportedEvent>.None;
        }));
    }

    private Either<DomainError, Unit> Follows(LeafFields next)
    {
        var before = last?.Position ?? 0;
        // The first event tells whose the ledger is; foreign ones that were there already are told of before it.
        if (last is null && next.Position > 1 && next.Type is not ("root_initialized" or "foreign_event_found"))
        {
            return Bad($"begins at position {next.Position}: only an export of the whole, from position 1 on, can be imported");
        }

        if (next.Position <= before)
        {
            return Bad($"is of position {next.Position}, and the event before it of position {before}");
        }

        if (next.Recorded < last?.Recorded)
        {
            return Bad("was recorded before the event before it");
        }

        if (next.Position > before + 1)
        {
            gaps.Add((before + 1, next.Position - 1));
        }

        return unit;
    }

    private Either<DomainError, ImportedEvent> Whole(LeafFields fields, Option<SaltedPart> top, Option<SaltedPart> data) =>
        events.Read(fields, top, data).Map(read =>
        {
            var hash = MerkleTree.Leaf(line);
            tree.Add(hash);
            chain = LedgerChain.Next(chain, hash);
            last = fields;
            return new ImportedEvent(fields, line, hash, chain, top, data, read.Kind, read.Happened);
        });

    private Either<DomainError, Unit> Closed(ExportTrailer found)
    {
        if (found.From != 1)
        {
            return Bad($"says that it begins at position {found.From}: only one of the whole, from position 1 on, can be imported");
        }

        if (!found.Before.IsEmpty || found.ChainBefore != LedgerChain.Start)
        {
            return Bad("says that something stands before position 1");
        }

        if (!Foreign(found))
        {
            return Bad("tells of other positions than there are: events have been left out");
        }

        if (found.Chain != chain)
        {
            return Bad($"has another chain than the events give: {found.Chain}, not {chain}");
        }

        var signed = found.Checkpoint.Checkpoint;
        if (signed.Size != tree.Size || signed.Root != tree.Root)
        {
            return Bad($"has a checkpoint of {signed.Size} events with root {signed.Root}, and these {tree.Size} have {tree.Root}");
        }

        trailer = found;
        return unit;
    }

    /// <summary>Where there is no event, and only there, a foreign one stood.</summary>
    private bool Foreign(ExportTrailer found)
    {
        var next = 0;
        var end = last?.Position ?? 0;
        foreach (var (first, until) in found.To > end ? gaps.Append((end + 1, found.To)) : gaps)
        {
            // Gaps may be larger than any list: it is the list that is walked.
            for (var position = first; position <= until; position++, next++)
            {
                if (next == found.Foreign.Count || found.Foreign[next] != position)
                {
                    return false;
                }
            }
        }

        return found.To >= end && next == found.Foreign.Count;
    }

    private static DomainError Bad(string reason) => new DomainError.BadExport(0, reason);
}
