namespace EventDock.Tests.Properties;

using System.Text.Json;
using EventDock.Domain.Builds;
using EventDock.Domain.Kernel;
using FsCheck;
using FsCheck.Fluent;

/// <summary>Dockerfiles; the expected values and messages are docker 20.10.24's for the same text, unless a test says otherwise.</summary>
public sealed class DockerfileTests
{
    private static Dockerfile Parsed(string text) =>
        Dockerfile.Parse("Dockerfile", text).IfLeft(e => throw new Xunit.Sdk.XunitException(e.ToString()));

    private static DomainError.BadDockerfile Refused(string text) =>
        (DomainError.BadDockerfile)Dockerfile.Parse("dir/Dockerfile", text)
            .Match(Right: d => throw new Xunit.Sdk.XunitException($"accepted: {d}"), Left: e => e);

    /// <summary>What the image's configuration would hold after the file, as inspect shows it.</summary>
    private static string Config(string text)
    {
        var file = Parsed("FROM scratch\n" + text);
        var env = Seq<string>();
        string[]? cmd = null, entrypoint = null;
        var (dir, user) = ("", "");
        foreach (var written in file.Instructions.Skip(1))
        {
            var i = file.Expand(written, env).IfLeft(e => throw new Xunit.Sdk.XunitException(e.ToString()));
            switch (i)
            {
                case Instruction.Env e:
                    foreach (var pair in e.Pairs)
                    {
                        env = env.Filter(v => !v.StartsWith(pair.Name + "=", StringComparison.Ordinal)).Strict().Add(pair.ToString());
                    }

                    break;
                case Instruction.Cmd c:
                    cmd = c.Command.Arguments.ToArray();
                    break;
                case Instruction.Entrypoint e:
                    entrypoint = e.Command.Arguments.ToArray();
                    break;
                case Instruction.Workdir w:
                    dir = DockerfileHistory.WorkingDir(dir, w.Path);
                    break;
                case Instruction.User u:
                    user = u.Name;
                    break;
            }
        }

        var options = new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        var parts = new List<string>();
        if (!env.IsEmpty)
        {
            parts.Add(JsonSerializer.Serialize(env.ToArray(), options));
        }

        foreach (var words in new[] { cmd, entrypoint })
        {
            if (words is not null)
            {
                parts.Add(JsonSerializer.Serialize(words, options));
            }
        }

        return string.Join(' ', parts.Append(dir).Append(user).Where(p => p.Length > 0));
    }

    [Theory]
    [InlineData("ENV A=$", """["A=$"]""")]
    [InlineData("ENV A=$-b", """["A=b"]""")]
    [InlineData("ENV A=$1b", """["A=b"]""")]
    [InlineData("ENV A=\\$B C='$B' D=\"\\$B\" E='\\$B'", """["A=$B","C=$B","D=$B","E=\\$B"]""")]
    [InlineData(
        "ENV B=1 A=$B\nENV C=$B$A D=${B}x E=${B:-y}${Z:-w$B} G=${B:+p}${Z:+q} H=${Z:-\"a b\"} I=\"${B:-}\" J=${Z:-${B}}",
        """["B=1","A=","C=1","D=1x","E=1w1","G=p","H=a b","I=1","J=1"]""")]
    [InlineData("ENV A \"a b\" c\\d \\\"e", """["A=a b cd \"e"]""")]
    [InlineData("ENV A=a\\ b B=\"a\\nb\" C='a\\nb' D=\"a\\\"b\" E=a\\\\b", """["A=a b","B=a\\nb","C=a\\nb","D=a\"b","E=a\\b"]""")]
    [InlineData("ENV A=b\\\n  C=d \\\n\n # x\n  E=f", """["A=b","C=d","E=f"]""")]
    [InlineData("ENV A b\\", """["A=b"]""")]
    [InlineData("ENV A b\\   \nENV X Y", """["A=bENV X Y"]""")]
    [InlineData("ENV A=\\\tb", """["A=\tb"]""")]
    [InlineData("ENV A\tb\tc", """["A=b\tc"]""")]
    [InlineData("ENV\tA=b\t\tC=d", """["A=b","C=d"]""")]
    [InlineData("ENV A=b=c", """["A=b=c"]""")]
    [InlineData("ENV A=b\"c d\"'e f'g", """["A=bc de fg"]""")]
    [InlineData("ENV A = b", """["A== b"]""")]
    [InlineData("ENV A$B=c", """["A=c"]""")]
    [InlineData("ENV \"A B\"=c", """["A B=c"]""")]
    [InlineData("ENV A  =b", """["A==b"]""")]
    [InlineData("ENV A=a;b|c", """["A=a;b|c"]""")]
    [InlineData("ENV A=${é:-x} B=$éa", """["A=x","B="]""")]
    [InlineData("ENV A=$@b C=$$d E=$0f G=${0} H=${@}", """["A=b","C=d","E=f","G=","H="]""")]
    [InlineData("ENV A=1 A=2\nENV A=3", """["A=3"]""")]
    [InlineData("ENV A b=c", """["A=b=c"]""")]
    [InlineData("ENV A=b\u00a0C=d", """["A=b","C=d"]""")]
    [InlineData("ENV A=\"\" B=", """["A=","B="]""")]
    [InlineData("USER $A", "")]
    [InlineData("ENV A=u\nUSER ${A}:g x", """["A=u"] u:g x""")]
    [InlineData("USER \"a b\"", "a b")]
    [InlineData("WORKDIR a\nWORKDIR ../b/./c//d/", "/b/c/d")]
    [InlineData("WORKDIR /../x", "/../x")]
    [InlineData("WORKDIR /a b", "/a b")]
    [InlineData("WORKDIR \"/a b\"", "/a b")]
    [InlineData("WORKDIR /a\\ b", "/a b")]
    [InlineData("CMD [ \"a\" , \"b\" ] ", """["a","b"]""")]
    [InlineData("CMD [\"a\", \"b\",]", """["/bin/sh","-c","[\"a\", \"b\",]"]""")]
    [InlineData("CMD ['a']", """["/bin/sh","-c","['a']"]""")]
    [InlineData("CMD a \\\n# comment\n  # c2\n   b\\\n\n\n c", """["/bin/sh","-c","a    b c"]""")]
    [InlineData("CMD a   # not", """["/bin/sh","-c","a   # not"]""")]
    [InlineData("  CMD   a  b  ", """["/bin/sh","-c","a  b"]""")]
    [InlineData("cmd  [ ]", "[]")]
    [InlineData("CMD [\"\"]", """[""]""")]
    [InlineData("CMD [\"a\\u00e9\\n\"]", """["aé\n"]""")]
    [InlineData("CMD [\"a\"]\\\n", """["a"]""")]
    [InlineData("CMD [\"a\"] x", """["a"]""")]
    [InlineData("CMD [\"a\"][\"b\"]", """["a"]""")]
    [InlineData("CMD [\"\\ud800\"]", "[\"\ufffd\"]")]
    [InlineData("CMD [\"a\\x\"]", """["/bin/sh","-c","[\"a\\x\"]"]""")]
    [InlineData("CMD [\"a\tb\"]", """["/bin/sh","-c","[\"a\tb\"]"]""")]
    [InlineData("CMD null", """["/bin/sh","-c","null"]""")]
    [InlineData("CMD {\"a\":1}", """["/bin/sh","-c","{\"a\":1}"]""")]
    [InlineData("CMD a\\ \t\n b", """["/bin/sh","-c","a b"]""")]
    [InlineData("CMD \\\nb", """["/bin/sh","-c","b"]""")]
    [InlineData("CMD a \\\n\\\nb", """["/bin/sh","-c","a b"]""")]
    [InlineData("\\\nCMD b", """["/bin/sh","-c","b"]""")]
    [InlineData("CMD -- --x", """["/bin/sh","-c","--x"]""")]
    [InlineData("CMD a\r\n", """["/bin/sh","-c","a"]""")]
    [InlineData("CMD a \\\r\n b\r\n", """["/bin/sh","-c","a  b"]""")]
    [InlineData("CMD x\nENTRYPOINT [\"b\"]", """["/bin/sh","-c","x"] ["b"]""")]
    [InlineData("RUN a\nCMD \"a", """["/bin/sh","-c","\"a"]""")]
    public void A_file_comes_to_the_configuration_that_docker_makes_of_it(string text, string config) =>
        Assert.Equal(config, Config(text));

    [Theory]
    [InlineData("", 1, "the Dockerfile (dir/Dockerfile) cannot be empty")]
    [InlineData("# c\n", 1, "file with no instructions")]
    [InlineData("FROM\n", 1, "FROM requires either one or three arguments")]
    [InlineData("FROM a b\n", 1, "FROM requires either one or three arguments")]
    [InlineData("FROM a as\n", 1, "FROM requires either one or three arguments")]
    [InlineData("FROM a b c\n", 1, "FROM requires either one or three arguments")]
    [InlineData("RUN x\n", 1, "no build stage in current context")]
    [InlineData("\n# x\nCOPY a b\nFROM x\n", 3, "no build stage in current context")]
    [InlineData("FROM scratch\nCOPY a\n", 2, "COPY requires at least two arguments, but only one was provided. Destination could not be determined")]
    [InlineData("FROM scratch\nCOPY [\"a\"]\n", 2, "COPY requires at least two arguments, but only one was provided. Destination could not be determined")]
    [InlineData("FROM scratch\nCOPY []\n", 2, "COPY requires at least two arguments, but only one was provided. Destination could not be determined")]
    [InlineData("FROM scratch\nxyz a\n", 2, "unknown instruction: XYZ")]
    [InlineData("FROM scratch\nCMD\u00a0x\n", 2, "unknown instruction: CMD\u00a0X")]
    [InlineData("FROM scratch\nENV\n", 2, "ENV requires at least one argument")]
    [InlineData("FROM scratch\nENV A\n", 2, "ENV must have two arguments")]
    [InlineData("FROM scratch\nENV =b\n", 2, "ENV names can not be blank")]
    [InlineData("FROM scratch\nENV A=b C\n", 2, "Syntax error - can't find = in \"C\". Must be of the form: name=value")]
    [InlineData("FROM scratch\nWORKDIR\n", 2, "WORKDIR requires exactly one argument")]
    [InlineData("FROM scratch\nUSER\n", 2, "USER requires exactly one argument")]
    [InlineData("FROM scratch\nCMD [\"a\", 1]\n", 2, "when using JSON array syntax, arrays must be comprised of strings only")]
    [InlineData("FROM scratch\nCMD [null]\n", 2, "when using JSON array syntax, arrays must be comprised of strings only")]
    [InlineData("FROM scratch\nCMD [[\"a\"]]\n", 2, "when using JSON array syntax, arrays must be comprised of strings only")]
    [InlineData("FROM scratch\nCMD a\\\\\n b\n", 3, "unknown instruction: B")]
    [InlineData("FROM scratch\nCMD a\\\\\\\n b\n", 3, "unknown instruction: B")]
    [InlineData("FROM scratch\n\nENV A=\\\n\"b\n", 3, "failed to process \"\\\"b\": unexpected end of statement while looking for matching double-quote")]
    [InlineData("FROM scratch\nENV A='b\n", 2, "failed to process \"'b\": unexpected end of statement while looking for matching single-quote")]
    [InlineData("FROM scratch\nENV A ${B\n", 2, "failed to process \"${B\": missing ':' in substitution")]
    [InlineData("FROM scratch\nENV A=${B-x}\n", 2, "failed to process \"${B-x}\": missing ':' in substitution")]
    [InlineData("FROM scratch\nENV A ${B:x}\n", 2, "failed to process \"${B:x}\": unsupported modifier (x) in substitution")]
    [InlineData("FROM scratch\nENV A ${}\n", 2, "failed to process \"${}\": syntax error: bad substitution")]
    [InlineData("FROM scratch\nENV A=${B:-x\n", 2, "failed to process \"${B:-x\": syntax error: missing '}'")]
    [InlineData("# escape=x\nFROM scratch\n", 1, "invalid escape token 'x' does not match ` or \\")]
    [InlineData("# escape=`\n# escape=`\nFROM scratch\n", 2, "only one escape parser directive can be used")]
    [InlineData("# foo=bar\n# escape=`\nFROM scratch\nENV A b`\n c\n", 5, "unknown instruction: C")]
    [InlineData("\n\n# escape=`\nFROM scratch\nCMD a`\nb", 6, "unknown instruction: B")]
    [InlineData("FROM sCRatch as X\n", 1, "invalid reference \"sCRatch\": repository name must be lowercase")]
    [InlineData("FROM foo:latest:x\n", 1, "invalid reference \"foo:latest:x\": invalid reference format")]
    [InlineData("FROM scratch AS 9a\n", 1, "invalid name for build stage: \"9a\", name can't start with a number or contain symbols")]
    [InlineData("FROM scratch AS a/b\n", 1, "invalid name for build stage: \"a/b\", name can't start with a number or contain symbols")]
    public void A_mistake_is_refused_with_its_line_and_dockers_words(string text, int line, string reason) =>
        Assert.Equal(new DomainError.BadDockerfile("dir/Dockerfile", line, reason), Refused(text));

    [Theory]
    [InlineData("ADD a b", "ADD is not supported yet")]
    [InlineData("arg X", "ARG is not supported yet")]
    [InlineData("LABEL a=b", "LABEL is not supported yet")]
    [InlineData("EXPOSE 80", "EXPOSE is not supported yet")]
    [InlineData("VOLUME /x", "VOLUME is not supported yet")]
    [InlineData("SHELL [\"a\"]", "SHELL is not supported yet")]
    [InlineData("ONBUILD RUN a", "ONBUILD is not supported yet")]
    [InlineData("HEALTHCHECK NONE", "HEALTHCHECK is not supported yet")]
    [InlineData("STOPSIGNAL 9", "STOPSIGNAL is not supported yet")]
    [InlineData("MAINTAINER x", "MAINTAINER is not supported yet")]
    [InlineData("COPY --chown=a:b x y", "--chown of COPY is not supported yet")]
    [InlineData("COPY --from=0 x y", "--from of COPY is not supported yet")]
    [InlineData("RUN --mount=type=cache a", "--mount of RUN is not supported yet")]
    [InlineData("FROM b", "a second FROM: multi-stage builds are not supported yet")]
    [InlineData("RUN <<EOF\nls\nEOF", "heredocs are not supported yet")]
    [InlineData("RUN cat <<-'EOF' >x\nls\nEOF", "heredocs are not supported yet")]
    [InlineData("COPY <<EOF /x\na\nEOF", "heredocs are not supported yet")]
    [InlineData("RUN []", "RUN requires at least one argument: no command specified")]
    [InlineData("WORKDIR \"\"", "WORKDIR is empty: cannot normalize nothing")]
    public void What_docker_knows_and_EventDock_does_not_is_refused_before_a_step_runs(string line, string reason) =>
        Assert.Equal(new DomainError.BadDockerfile("dir/Dockerfile", 3, reason), Refused($"FROM scratch\nENV A=b\n{line}\nRUN true\n"));

    [Fact]
    public void Shifts_and_here_strings_are_no_heredocs()
    {
        var file = Parsed("FROM scratch\nRUN echo $((1<<2)) $((x << 2))\nRUN cat <<< word\nRUN echo \"<<EOF\"\n");
        Assert.Equal(4, file.Instructions.Count);
    }

    [Fact]
    public void The_platform_flag_of_FROM_is_refused() =>
        Assert.Equal("--platform of FROM is not supported yet", Refused("FROM --platform=linux/arm64 a\n").Reason);

    [Fact]
    public void Directives_a_byte_order_mark_and_small_letters_are_understood()
    {
        var file = Parsed("\ufeff#syntax=x\n# ESCAPE = `\nfrom node:1 aS Foo_1.x-y\nrun a`\nb\\\nCMD d");
        Assert.Equal('`', file.Escape);
        Assert.Equal(("node:1", "foo_1.x-y", false), (file.From.Image, file.From.Stage, file.From.IsScratch));
        Assert.Equal("ab\\", ((Instruction.Run)file.Instructions[1]).Command.Arguments[2]);
        Assert.Equal("d", ((Instruction.Cmd)file.Instructions[2]).Command.Arguments[2]);
        Assert.Equal([3, 4, 6], file.Instructions.Select(i => i.Line).ToArray());
    }

    [Fact]
    public void What_could_not_be_held_or_passed_on_is_refused()
    {
        Assert.Equal(2, Refused("FROM scratch\nCMD a\0b\n").Line);
        Assert.Equal(2, Refused("FROM scratch\nCMD [\"a\\u0000b\"]\n").Line);
        Assert.Equal(
            new DomainError.BadDockerfile("dir/Dockerfile", 2, "dockerfile line greater than max allowed size of 65535"),
            Refused("FROM scratch\nCMD " + new string('a', 65_532)));
        Assert.Equal(2, Parsed("FROM scratch\nCMD " + new string('a', 65_531)).Instructions.Count);
        Assert.StartsWith("the file is larger", Refused("FROM scratch\n" + new string('\n', 3 << 20)).Reason);
        Assert.Contains(
            "nested too deeply", Refused("FROM scratch\nENV A=" + string.Concat(Enumerable.Repeat("${A:-", 5000)) + new string('}', 5000)).Reason);
    }

    [Fact]
    public void Variables_stand_in_the_words_of_COPY_and_a_missing_one_that_is_needed_is_told()
    {
        var file = Parsed("FROM scratch\nCOPY $A \"$B\" ${D:?none}/\n");
        var copy = (Instruction.Copy)file.Expand(file.Instructions[1], Seq("A=x", "B=b c", "D=y"))
            .IfLeft(e => throw new Xunit.Sdk.XunitException(e.ToString()));
        Assert.Equal(["x", "b c"], copy.Sources.ToArray());
        Assert.Equal("y/", copy.Destination);
        Assert.Equal(
            new DomainError.BadDockerfile("Dockerfile", 2, "failed to process \"${D:?none}/\": D: none"),
            file.Expand(file.Instructions[1], Seq1("A=x")).Match(Right: i => throw new Xunit.Sdk.XunitException(i.ToString()), Left: e => e));
    }

    [Fact]
    public void History_stands_as_dockers_classic_builder_writes_it()
    {
        var file = Parsed(
            """
            FROM textbb:base
            ENV PATH=/bin A="b c" D=e\ f
            ENV OLD some   value here  
            WORKDIR /app/$A
            WORKDIR rel
            COPY server.js .
            COPY ["a b.txt", "/y/z w"]
            RUN echo hello > /f   && busybox true \
               # comment
               && busybox   true
            RUN ["/bin/busybox", "true", "a b"]
            USER 1000:1000
            CMD node server.js
            CMD ["node", "server.js"]
            ENTRYPOINT ["/bin/sh","-c", "a \"q\" <&>é"]
            ENTRYPOINT  exec   top -b
            CMD []
            """);
        var (env, dir) = (Seq<string>(), "");
        var history = new List<string>();
        foreach (var written in file.Instructions.Skip(1))
        {
            var i = file.Expand(written, env).IfLeft(e => throw new Xunit.Sdk.XunitException(e.ToString()));
            env = i is Instruction.Env e ? env + e.Pairs.Map(p => p.ToString()) : env;
            dir = i is Instruction.Workdir w ? DockerfileHistory.WorkingDir(dir, w.Path) : dir;
            history.Add(DockerfileHistory.CreatedBy(i, dir, "file:3fc1"));
        }

        string[] expected =
        [
            "/bin/sh -c #(nop)  ENV PATH=/bin A=b c D=e f",
            "/bin/sh -c #(nop)  ENV OLD=some   value here",
            "/bin/sh -c #(nop) WORKDIR /app/b c",
            "/bin/sh -c #(nop) WORKDIR /app/b c/rel",
            "/bin/sh -c #(nop) COPY file:3fc1 in . ",
            "/bin/sh -c #(nop) COPY file:3fc1 in /y/z w ",
            "/bin/sh -c echo hello > /f   && busybox true    && busybox   true",
            "/bin/busybox true a b",
            "/bin/sh -c #(nop)  USER 1000:1000",
            "/bin/sh -c #(nop)  CMD [\"/bin/sh\" \"-c\" \"node server.js\"]",
            "/bin/sh -c #(nop)  CMD [\"node\" \"server.js\"]",
            "/bin/sh -c #(nop)  ENTRYPOINT [\"/bin/sh\" \"-c\" \"a \\\"q\\\" <&>é\"]",
            "/bin/sh -c #(nop)  ENTRYPOINT [\"/bin/sh\" \"-c\" \"exec   top -b\"]",
            "/bin/sh -c #(nop)  CMD []",
        ];
        Assert.Equal(expected, history);
    }

    [Fact]
    public void Whatever_the_bytes_a_file_is_read_or_refused_with_a_line_of_it() =>
        Prop.ForAll(
            Arb.From(Gen.Elements(
                "FROM a\n", "FROM", "COPY ", "RUN ", "CMD ", "ENV ", "USER ", "WORKDIR ", "ENTRYPOINT ", "A=", "b", " ", "\n", "\r\n", "\\", "`", "\"", "'",
                "$", "${", "}", ":-", "[", "]", ",", "{", "\\u", "d800", "# escape=`\n", "#", "<<EOF", "--x", "\0", "é", "\ud800", "\t", "1").ListOf()),
            parts =>
            {
                var text = string.Concat(parts);
                return Dockerfile.Parse("f", text).Match(
                    Right: d => d.Instructions[0] is Instruction.From
                        && d.Instructions.ForAll(i => d.Expand(i, Seq("A=1", "b=2")).Match(Right: _ => true, Left: e => e is DomainError.BadDockerfile)),
                    Left: e => e is DomainError.BadDockerfile { Line: > 0 } bad && bad.Line <= text.Count(c => c == '\n') + 1);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Comments_blank_lines_and_continuations_change_nothing() =>
        Prop.ForAll(
            Arb.From(from words in Gen.Elements("a", "bc", "-x", "d#e").NonEmptyListOf()
                     from breaks in Gen.Elements(" ", " \\\n", " \\\n# c\n", " \\\n\n", " \\\n  # c\n\n", "\\  \n ").ListOf(words.Count)
                     select (words, breaks)),
            x =>
            {
                var plain = Parsed($"FROM a\nRUN {string.Join(' ', x.words)}\nUSER u");
                var broken = Parsed($"FROM a\n\n# c\nRUN {string.Concat(x.words.Zip(x.breaks, (w, b) => w + b))}z\n#c\nUSER u");
                return broken.Instructions.Count == 3
                    && ((Instruction.Run)broken.Instructions[1]).Command.Arguments[2] == $"{((Instruction.Run)plain.Instructions[1]).Command.Arguments[2]} z";
            }).QuickCheckThrowOnFailure();
}
