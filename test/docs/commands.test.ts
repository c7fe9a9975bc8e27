// rows: D4
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { PAGES } from "../../host/site/pages.ts"
import { Cli, runCli, startSimulator, tempFolder } from "../system/harness.ts"
import { allBlocks } from "./blocks.ts"

/** A command of fiberctl as a page shows it. */
interface Command {
    place: string
    words: string[]
}

const BLOCKS = allBlocks().filter(({ language }) => language === "sh")
/** Commands that go on until they are ended. */
const ENDLESS = /^logs .*-f\b/
/** Commands that need no running board. */
const ALONE = /^(sim|build|boards|settings (check|docs|schema))\b/
/** What a simulator that a page starts runs for, in seconds. */
const SIM_SECONDS = "2"

test("commands in the docs run", async t => {
    const state = tempFolder(t)
    const sim = await startSimulator(t, { state })
    await sim.waitFor("console", ({ text }) => text.includes("up"))
    const commands = BLOCKS.filter(({ mark }) => mark === "").flatMap(block =>
        commandsOf(block.code, block.place)
    )
    assert.ok(commands.length >= 15, `${commands.length} commands`)
    const done = new Set<string>()
    for (const { words, place } of commands) {
        const line = words.join(" ")
        if (done.has(line)) continue
        done.add(line)
        const args = [...words]
        if (args[0] === "sim") args.push("--state", tempFolder(t))
        else if (!ALONE.test(line)) args.push("--state", state)
        if (args[0] === "sim" && !/--(expect|for)\b/.test(line))
            args.push("--for", SIM_SECONDS)
        const cli = new Cli(args)
        if (ENDLESS.test(line)) {
            await cli.waitForOutput(/\n/)
            cli.signal("SIGINT")
        }
        const { code, stdout, stderr } = await cli.done
        assert.ok(
            code === 0 || ENDLESS.test(line),
            `${place}: fiberctl ${line}: exit code ${code}\n${stdout}${stderr}`
        )
    }
})

test("commands in the docs have the options that they are shown with", async () => {
    const shown = BLOCKS.flatMap(({ code, place }) => commandsOf(code, place))
    const named = PAGES.flatMap(({ source }) => inlineCommands(source))
    assert.ok(named.length > 40, `${named.length} commands in texts`)
    for (const { place, words } of [...shown, ...named]) {
        const { help, rest } = await helpOf(words, place)
        for (const word of rest)
            for (const option of word.match(/^\[?(-\w\b|--[a-z-]+)/) ?? [])
                assert.match(
                    help,
                    new RegExp(`(^|[ ,])${option.replace("[", "")}\\b`, "m"),
                    `${place}: ${words.join(" ")}: no option ${option}`
                )
    }
})

test("scripts in the docs are those of package.json", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
        scripts: Record<string, string>
    }
    const named = PAGES.flatMap(({ source }) => [
        ...readFileSync(source, "utf8").matchAll(
            /npm (?:run ([\w:]+)|(start|test)\b)/g
        ),
    ]).map(([, script, short]) => script ?? short!)
    assert.ok(named.length > 15)
    for (const name of named) assert.ok(scripts[name], `npm run ${name}`)
})

/** The commands of fiberctl in some lines of a shell. */
function commandsOf(code: string, place: string): Command[] {
    return code
        .split(/\n|&&|[|&](?= |$)/)
        .map(line => line.replace(/ #.*/, "").trim())
        .filter(line => /^(npx )?fiberctl /.test(line))
        .map(line => ({ place, words: shellWords(line) }))
}

/** The commands that a text names in passing. */
function inlineCommands(source: string): Command[] {
    const text = readFileSync(source, "utf8").replaceAll(/```[^]*?```/g, "")
    return [...text.matchAll(/`((?:npx )?fiberctl [a-z][^`]*)`/g)].map(
        ([, line]) => ({
            place: source,
            words: shellWords(line!.replaceAll("\\|", " ")),
        })
    )
}

/** The words behind `fiberctl`. */
function shellWords(line: string): string[] {
    const words = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
        ([, single, double, bare]) => single ?? double ?? bare!
    )
    return words.slice(words.indexOf("fiberctl") + 1)
}

const helps = new Map<string, Promise<string>>()

/** The help of the command that some words begin with, and the words behind its name. */
async function helpOf(
    words: string[],
    place: string
): Promise<{ help: string; rest: string[] }> {
    const [first, second = ""] = words
    const help = await readHelp([first!], place)
    const commands = help.split("Commands:")[1] ?? ""
    return new RegExp(`^  ${second}\\b`, "m").test(commands) && second
        ? {
              help: await readHelp([first!, second], place),
              rest: words.slice(2),
          }
        : { help, rest: words.slice(1) }
}

function readHelp(names: string[], place: string): Promise<string> {
    const name = names.join(" ")
    const known = helps.get(name)
    if (known) return known
    const help = runCli([...names, "--help"]).then(({ code, stdout }) => {
        assert.equal(code, 0, `${place}: no command "${name}"`)
        return stdout
    })
    helps.set(name, help)
    return help
}
