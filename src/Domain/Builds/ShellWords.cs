namespace EventDock.Domain.Builds;

using System.Text;

/// <summary>Cuts a Dockerfile's line into words, as docker's parser does before it expands them: quotes and escapes stay.</summary>
public static class ShellWords
{
    private enum Phase
    {
        Spaces,
        Word,
        Quote,
    }

    /// <summary>
    /// Words are separated by white space outside quotes. An escape takes the next character into the word (not within single
    /// quotes); a quote that is never closed runs to the end, and is found when the word is expanded.
    /// </summary>
    public static Seq<string> Split(string text, char escape)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var phase = Phase.Spaces;
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (phase != Phase.Quote && char.IsWhiteSpace(c))
            {
                Flush();
                phase = Phase.Spaces;
                continue;
            }

            phase = phase == Phase.Spaces ? Phase.Word : phase;
            if (c == escape && !(phase == Phase.Quote && quote == '\''))
            {
                if (i + 1 == text.Length)
                {
                    break; // an escape at the very end escapes nothing
                }

                word.Append(c).Append(text[++i]);
                continue;
            }

            if (phase == Phase.Quote)
            {
                phase = c == quote ? Phase.Word : Phase.Quote;
            }
            else if (c is '\'' or '"')
            {
                (quote, phase) = (c, Phase.Quote);
            }

            word.Append(c);
        }

        Flush();
        return words.ToSeq();

        void Flush()
        {
            if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
    }
}
