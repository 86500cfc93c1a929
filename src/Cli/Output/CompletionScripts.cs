namespace EventDock.Cli.Output;

using EventDock.Cli.Commands;

/// <summary>
/// What shells need to complete: each hands the words of the line to the program and offers what it answers. Nothing of the answer is
/// evaluated. The program that is called is the one that stands on the line.
/// </summary>
internal static class CompletionScripts
{
    public const string Bash = $$"""
        # bash completion for eventdock:  source <(eventdock completion bash)
        # For every shell:  eventdock completion bash > /etc/bash_completion.d/eventdock

        _eventdock() {
            local line=${COMP_LINE:0:COMP_POINT} words current answer kind word cut
            # Not COMP_WORDS: in those a colon or an equals sign ends a word.
            read -ra words <<< "$line"
            [[ $line == *[[:space:]] ]] && words+=("")
            current=${words[${#words[@]}-1]}
            COMPREPLY=()
            # What the shell has cut off the word, it does not want back.
            cut=${current%"${current##*[:=]}"}
            [[ $COMP_WORDBREAKS == *:* ]] || cut=${current%"${current##*=}"}
            {
                IFS= read -r kind || return 0
                while IFS=$'\t' read -r word answer; do
                    [[ $word == "$current"* ]] && COMPREPLY+=("${word#"$cut"}")
                done
            } < <("${words[0]}" {{CompleteCommand.Word}} "${words[@]:1}" 2> /dev/null)
            case $kind in
                :open) compopt -o nospace ;;
                :files) compopt -o default; [[ ${#COMPREPLY[@]} -gt 0 && ${COMPREPLY[0]} == *: ]] && compopt -o nospace ;;
            esac
            return 0
        }

        complete -F _eventdock eventdock

        """;

    public const string Zsh = $$"""
        #compdef eventdock
        # zsh completion for eventdock:  source <(eventdock completion zsh)
        # For every shell:  eventdock completion zsh > /usr/share/zsh/vendor-completions/_eventdock

        _eventdock() {
            local line kind word about
            local -a answer names shown space
            answer=("${(@f)$("${(Q)words[1]}" {{CompleteCommand.Word}} "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2> /dev/null)}")
            kind=${answer[1]}
            for line in "${answer[2,-1]}"; do
                word=${line%%$'\t'*}
                about=${line#*$'\t'}
                names+=("$word")
                shown+=("$word${about:+  -- $about}")
            done
            [[ $kind == :open || ( ${#names} -gt 0 && ${names[1]} == *: ) ]] && space=(-S '')
            (( ${#names} )) && compadd -l -d shown $space -- "${names[@]}"
            [[ $kind == :files ]] && _files
            return 0
        }

        if [[ ${funcstack[1]} == _eventdock ]]; then
            _eventdock "$@"
        elif (( $+functions[compdef] )); then
            compdef _eventdock eventdock
        fi

        """;

    public const string Fish = $$"""
        # fish completion for eventdock:  eventdock completion fish | source
        # For every shell:  eventdock completion fish > ~/.config/fish/completions/eventdock.fish

        function __eventdock_complete
            set -l words (commandline -opc)
            set -l current (commandline -ct)
            set -l answer ($words[1] {{CompleteCommand.Word}} $words[2..-1] "$current" 2> /dev/null)
            test (count $answer) -gt 0; or return
            test (count $answer) -gt 1; and printf '%s\n' $answer[2..-1]
            if test $answer[1] = :files
                __fish_complete_path "$current"
            end
        end

        complete -c eventdock -f -a '(__eventdock_complete)'

        """;
}
