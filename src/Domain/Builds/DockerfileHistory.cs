namespace EventDock.Domain.Builds;

using System.Text;

/// <summary>How an instruction stands in an image's history (docker 20.10's classic builder, blank for blank).</summary>
public static class DockerfileHistory
{
    /// <summary>The history's text; empty for FROM, which makes no entry.</summary>
    /// <param name="expanded">With variables replaced (<see cref="Dockerfile.Expand"/>).</param>
    /// <param name="workingDir">After the instruction: what WORKDIR came to (<see cref="WorkingDir"/>).</param>
    /// <param name="copied">What COPY takes in: <c>file:</c>, <c>dir:</c> or <c>multi:</c> and its digest in hex.</param>
    public static string CreatedBy(Instruction expanded, string workingDir, string copied) =>
        expanded switch
        {
            Instruction.Run { Command: CommandForm.Exec exec } => string.Join(' ', exec.Words),
            Instruction.Run run => string.Join(' ', run.Command.Arguments),
            Instruction.Copy copy => $"/bin/sh -c #(nop) COPY {copied} in {copy.Destination} ",
            Instruction.Workdir => $"/bin/sh -c #(nop) WORKDIR {workingDir}",
            Instruction.Env env => $"/bin/sh -c #(nop)  ENV {string.Join(' ', env.Pairs)}",
            Instruction.User user => $"/bin/sh -c #(nop)  USER {user.Name}",
            Instruction.Cmd cmd => $"/bin/sh -c #(nop)  CMD {Listed(cmd.Command.Arguments)}",
            Instruction.Entrypoint entry => $"/bin/sh -c #(nop)  ENTRYPOINT {Listed(entry.Command.Arguments)}",
            _ => "",
        };

    /// <summary>
    /// The working directory after WORKDIR: an absolute path stands as written, a relative one is joined to the one before and
    /// cleaned, and cannot climb above the root.
    /// </summary>
    public static string WorkingDir(string current, string path)
    {
        if (path.StartsWith('/'))
        {
            return path;
        }

        var parts = new List<string>();
        foreach (var part in $"{current}/{path}".Split('/'))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "." or ".."))
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }

    private static string Listed(Seq<string> words)
    {
        var text = new StringBuilder("[");
        foreach (var word in words)
        {
            text.Append(text.Length > 1 ? " " : "").Append(Kernel.GoQuote.Quote(word));
        }

        return text.Append(']').ToString();
    }
}
