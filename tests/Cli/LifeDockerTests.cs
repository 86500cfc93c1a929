namespace EventDock.Tests.Cli;

using System.Text.RegularExpressions;

/// <summary>The verbs of a container's life and those that look at it, given to docker 20.10 and to EventDock: the same answers.</summary>
public sealed class LifeDockerTests(BesideDocker both) : IClassFixture<BesideDocker>
{
    /// <summary>Until the first process has set its trap: the kernel says which signals it catches.</summary>
    private const string Heeds = "sh -c 'until grep -q SigCgt:.*[4-7c-f]...$ /proc/1/status; do sleep 0.1; done'";

    private const string HeedsInterrupt = "sh -c 'until grep -q SigCgt:.*[2367abef]$ /proc/1/status; do sleep 0.1; done'";

    private const string Loop = "sh -c 'trap \"exit 4\" TERM; while :; do sleep 0.1; done'";

    [DockerFact]
    [InlineData("pause", "run -d --name pa --network none busybox sleep 300; pause pa; ps --format '{{.Names}} {{.Status}} {{.State}}'; pause pa; exec pa true; start pa; rm pa; inspect -f '{{.State.Status}} {{.State.Running}} {{.State.Paused}}' pa; attach pa; container unpause pa; unpause pa; container pause pa; kill -s HUP pa; ps --format '{{.Names}} {{.Status}}'; pause pa; stop -t 1 pa; inspect -f '{{.State.Status}} {{.State.ExitCode}}' pa; pause pa; unpause pa; pause nosuch; unpause nosuch pa; pause; unpause; rm pa; run -d --name pb --network none busybox sleep 300; pause pb; rm -f pb; rm pb")]
    [InlineData("restart", "run -d --name re --network none busybox " + Loop + "; exec re " + Heeds + "; restart re; ps --format '{{.Names}} {{.Status}}'; restart -t 0 re; exec re " + Heeds + "; stop re; inspect -f '{{.State.ExitCode}} {{.State.Running}}' re; container restart re; inspect -f '{{.State.ExitCode}} {{.State.Running}}' re; pause re; restart -t 2 re; inspect -f '{{.State.Paused}}' re; create --name rc --network none busybox true; restart rc; restart nosuch rc; restart; restart -t x re; restart --nosuch re; kill re; rm re rc; run -d --rm --name rr --network none busybox " + Loop + "; restart rr; ps --format '{{.Names}}'; stop rr; ps -a")]
    [InlineData("wait", "create --name wa --network none busybox sh -c 'sleep 1; exit 7'; wait wa; start wa; wait wa; container wait wa wa; wait nosuch wa; wait; rm wa; run -d --name wk --network none busybox sleep 300; kill wk; wait wk; rm wk; create --name wn --network none busybox /nosuch; start wn; wait wn; rm wn")]
    [InlineData("rename", "create --name na --network none busybox true; create --name nb --network none busybox true; rename na nc; ps -a --format '{{.Names}}'; rename nc nb; rename nc nc; rename nosuch nd; rename nc b@d; rename nc x; rename nc /nd; container rename nd nc; rename nc ''; rename nc; rename; inspect -f '{{.Name}}' nc; start nc; wait nc; rm na; rm nb nc; create --name na --network none busybox true; rm na")]
    [InlineData("top", "run -d --name to --network none busybox sh -c 'sleep 300 & exec sleep 301'; top to; top to -o pid,args; top to -eo pid,comm; top to -o comm; top to aux; top to -o x=PID,comm; top to --nosuch; container top to -o pid,tty; top nosuch; top; stop -t 0 to; top to; rm to")]
    [InlineData("attach", "run -d --name at --network none busybox sh -c 'sleep 10; echo late; echo err >&2; exit 3'; attach --no-stdin at; attach at; container attach nosuch; attach; attach at at; attach --sig-proxy=false at; start -a at; start -a at at; attach --detach-keys=foo at; attach --detach-keys=ctrl-a,ctrl-é at; rm at; create -i --name ai --network none busybox cat; start -ai ai; start ai; attach ai; rm -f ai")]
    [InlineData("kill", "run -d --name ki --network none busybox " + Loop + "; exec ki " + Heeds + "; kill -s 0 ki; kill -s NOSUCH ki; kill -s 99 ki; kill -s SIGHUP ki; kill -s rtmin+3 ki; kill --signal 15 ki; wait ki; kill ki; container kill nosuch; rm ki")]
    [InlineData("stop", "run -d --name st --network none busybox sleep 300; stop -t 1 st; stop st; inspect -f '{{.State.ExitCode}}' st; container start st; container stop -t 0 st; stop nosuch st; stop; stop -t; rm st; run -d --name si --network none busybox sh -c 'trap \"exit 9\" INT; while :; do sleep 0.1; done'; exec si " + HeedsInterrupt + "; kill -s INT si; wait si; rm si")]
    [InlineData("logs", "run -d --name lo --network none busybox sh -c 'echo one; sleep 0.2; echo two; sleep 0.2; echo err >&2; sleep 0.2; printf three'; wait lo; logs lo; logs --details lo; logs --tail 1 lo; logs -n 2 lo; logs --tail 0 lo; logs --tail -1 lo; logs --tail all lo; logs --tail abc lo; logs --tail 1x lo; container logs --since 1h lo; logs --since 0s lo; logs --since 2000-01-01 lo; logs --since 2000-01-01T00:00 lo; logs --since 1.5h lo; logs --since nosuch lo; logs --until 1h lo; logs --until 2000-01-01T00:00:00Z lo; logs --until=-1h lo; logs -f lo; logs -f --tail 1 lo; logs --nosuch lo; rm lo")]
    [InlineData("ps filters", "create --name fa --network none busybox true; run -d --name fb --network none busybox sleep 300; run -d --name fc --network none busybox sh -c 'exit 3'; wait fc; pause fb; ps --format '{{.Names}}'; ps -a --format '{{.Names}} {{.Status}} {{.State}}'; ps -l --format '{{.Names}}'; ps -n 2 --format '{{.Names}}'; ps -n 0 --format '{{.Names}}'; ps -n -1 --format '{{.Names}}'; ps -n 2 -l --format '{{.Names}}'; ps -n x; ps -a -f name=fa --format '{{.Names}}'; ps -a -f name=^f[ab]$ --format '{{.Names}}'; ps -a -f name=fa -f name=fc --format '{{.Names}}'; ps -a -f name=nosuch -q; ps -f status=exited --format '{{.Names}}'; ps -f status=paused --format '{{.Names}}'; ps -f status=running --format '{{.Names}}'; ps -f status=created -f status=exited --format '{{.Names}}'; ps -f status=nosuch; ps -f exited=3 --format '{{.Names}}'; ps -a -f exited=3 --format '{{.Names}}'; ps -a -f exited=0 --format '{{.Names}}'; ps -a -f exited=x; ps -a -f before=fb --format '{{.Names}}'; ps -a -f since=fb --format '{{.Names}}'; ps -a -f since=fa -f before=fc --format '{{.Names}}'; ps -a -f before=nosuch; ps -a -f since=nosuch; ps -a -f ancestor=busybox --format '{{.Names}}'; ps -a -f ancestor=busybox:latest --format '{{.Names}}'; ps -a -f ancestor=nosuch -q; ps -a -f id=zz -q; ps -a -f network=none --format '{{.Names}}'; ps -a -f network=nosuch -q; ps -a -f nosuch=x; ps -a -f name; container ls -a --filter name=fc --format '{{.Names}}'; container list -aq --filter name=nosuch; ps -s -f name=fb --format '{{.Names}} {{.Size}}'; ps -as --filter name=nosuch; ps -a --filter name=nosuch --format 'table {{.Names}}\t{{.Size}}'; unpause fb; rm -f fa fb fc")]
    [InlineData("exec", "run -d --name ex --network none busybox sleep 300; exec -d ex sh -c 'echo x > /tmp/x'; exec ex sh -c 'until [ -s /tmp/x ]; do sleep 0.1; done; cat /tmp/x'; exec -i ex cat; exec -w nosuch ex true; exec -e ex; exec -u nosuch ex true; exec -it ex true; container exec -e A=1 -e B=2 ex sh -c 'echo $A$B'; exec --detach-keys=foo ex true; exec --nosuch ex true; pause ex; exec ex true; rm -f ex; exec ex true")]
    [InlineData("inspect", "create --name in --network none busybox sh -c 'echo x'; inspect --type container -f '{{.Name}}' in; inspect --type image in; inspect --type image -f '{{json .RepoTags}}' busybox; inspect --type container busybox; inspect --type nosuch in; inspect -s -f '{{.SizeRw}}' in; container inspect -f '{{.Name}}' in; container inspect busybox; container inspect -s -f '{{.SizeRw}}' in; inspect -f '{{.State.Status}} {{.State.Pid}} {{.State.Paused}}' in nosuch; rm in")]
    [InlineData("grammar", "attach a b; pause --nosuch; wait -x; rename a b c; top -x; restart -t; events x; info x; info -f '{{'; events -f x; events --since nosuch; container nosuch; ps -f; logs -n; unpause; kill; stop --nosuch x; container ls extra; exec -it; start -ai")]
    public void Docker_and_eventdock_answer_alike(string _, string script)
    {
        var different = new List<string>();
        foreach (var line in script.Split("; ").Aggregate(new List<string>(), DockerTests.Joined))
        {
            var words = DockerTests.Words(line);
            var (docker, ours) = DockerTests.Answers(
                both, words, (there, here) => there.Code == here.Code && Normal(words, there.Out) == Normal(words, here.Out));
            if (docker.Code != ours.Code)
            {
                different.Add($"`{line}` ends with {docker.Code} there ({docker.Error.Trim()}) and {ours.Code} here ({ours.Error.Trim()})");
            }
            else if (!IsFailedExec(words, docker) && Normal(words, docker.Out) != Normal(words, ours.Out))
            {
                different.Add($"`{line}` prints there\n{docker.Out}\nand here\n{ours.Out}");
            }
        }

        both.RemoveContainers();
        foreach (var id in both.Docker("ps", "-aq").Lines)
        {
            both.Docker("rm", "-f", id);
        }

        Assert.True(different.Count == 0, string.Join("\n", different));
    }

    /// <summary>Why an exec could not begin docker says on stdout, where the process itself would write.</summary>
    private static bool IsFailedExec(string[] words, Said said) => words.Contains("exec") && said.Code is 126 or 127;

    /// <summary>Numbers of processes, and what they have used, are others by nature.</summary>
    private static string Normal(string[] words, string text) =>
        words.Contains("top")
            ? Regex.Replace(Regex.Replace(text, "[0-9][0-9:.]*", "N"), " +", " ")
            : DockerTests.Normal(text);
}
