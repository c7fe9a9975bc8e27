import { Argument, type Command } from "commander"
import { printJson } from "./board.ts"
import { example } from "./example.ts"

/** Adds `fiberctl completion`: what a shell needs to complete command lines. */
export function addCompletionCommand(program: Command): void {
    program
        .command("completion")
        .description("print a completion script for a shell")
        .addArgument(
            new Argument("<shell>", "the shell").choices([
                "bash",
                "zsh",
                "fish",
            ])
        )
        .option("--json", "print the commands and what may follow each")
        .addHelpText("after", example("completion bash > ~/.fiberctl.bash"))
        .action((shell: keyof typeof SCRIPTS, { json }: { json?: boolean }) => {
            const commands = commandsOf(program)
            if (json) printJson(commands)
            else process.stdout.write(SCRIPTS[shell](commands))
        })
}

/** A command, and what may follow it. */
interface Completion {
    /** Words after `fiberctl`, as `settings set`. */
    path: string
    description: string
    /** Commands below it, and its options. */
    words: string[]
}

function commandsOf(command: Command, path = ""): Completion[] {
    const own = {
        path,
        description: command.description(),
        words: [
            ...command.commands.map(sub => sub.name()),
            ...command.options.flatMap(option =>
                [option.short, option.long].filter(flag => flag !== undefined)
            ),
            "--help",
        ],
    }
    const below = command.commands.flatMap(sub =>
        commandsOf(sub, `${path} ${sub.name()}`.trim())
    )
    return [own, ...below]
}

/** Commands whose arguments are names of tasks. */
const TAKE_TASKS = "status show start stop restart enable disable stats cat"
/** Prints the names of the tasks of the running board. */
const TASK_NAMES =
    `fiberctl status --json 2>/dev/null | ` +
    `tr '{' '\\n' | sed -n 's/^"name":"\\([^"]*\\)","state".*/\\1/p'`

const SCRIPTS = {
    bash: (commands: Completion[]) => `# bash completion for fiberctl
_fiberctl() {
    local current="\${COMP_WORDS[COMP_CWORD]}" path="" word words=""
    for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
    done
    while :; do
        case "$path" in
${commands.map(({ path, words }) => `        "${path}") words="${words.join(" ")}"; break ;;`).join("\n")}
        esac
        case "$path" in *" "*) path="\${path% *}" ;; *) path="" ;; esac
    done
    case " ${TAKE_TASKS} " in
        *" $path "*) [ -n "$path" ] && words="$words $(${TASK_NAMES})" ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _fiberctl fiberctl
`,
    zsh: (commands: Completion[]) => `#compdef fiberctl
autoload -U +X bashcompinit && bashcompinit
${SCRIPTS.bash(commands)}`,
    fish: (commands: Completion[]) =>
        [
            "# fish completion for fiberctl",
            "complete -c fiberctl -f",
            ...commands
                .filter(({ path }) => path && !path.includes(" "))
                .flatMap(({ path, description, words }) => [
                    `complete -c fiberctl -n __fish_use_subcommand -a ${path} -d ${quote(description)}`,
                    `complete -c fiberctl -n "__fish_seen_subcommand_from ${path}" -a ${quote(words.join(" "))}`,
                ]),
            `complete -c fiberctl -n "__fish_seen_subcommand_from ${TAKE_TASKS}" -a "(${TASK_NAMES.replace(/"/g, '\\"').replace(/\$/g, "\\$")})"`,
            "",
        ].join("\n"),
}

function quote(text: string): string {
    return `'${text.replace(/'/g, "\\'")}'`
}
