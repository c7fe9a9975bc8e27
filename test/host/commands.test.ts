import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { existsSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import test from "node:test"
import { promisify } from "node:util"
import type { Command } from "commander"
import { makeProgram } from "../../host/program.ts"
import { runCli, tempFolder } from "../system/harness.ts"

const run = promisify(execFile)

/** The commands that do something, each with its words. */
function commandsOf(command: Command, words = ""): [string, Command][] {
    const below = command.commands.flatMap(sub =>
        commandsOf(sub, `${words} ${sub.name()}`.trim())
    )
    // a group has commands only, and help is text for people
    const isOther = ["", "ota", "pipe", "help"].includes(words)
    return isOther ? below : [[words, command], ...below]
}

const commands = commandsOf(makeProgram())

test("every command has --json, and help with an example that it takes", () => {
    assert.ok(commands.length > 40, `${commands.length} commands`)
    for (const [words, command] of commands) {
        assert.ok(
            command.options.some(({ long }) => long === "--json"),
            `${words}: no --json`
        )
        let help = ""
        command.configureOutput({ writeOut: text => (help += text) })
        command.outputHelp()
        const example = /\nExample:\n {2}\$ fiberctl (.+)\n$/.exec(help)?.[1]
        assert.ok(example?.startsWith(words), `${words}: no example of it`)
        const options = example!.match(/ --?[a-z]+/g) ?? []
        for (const option of options)
            assert.ok(help.includes(option.trim()), `${words}:${option}`)
    }
})

test("a word that a command does not take is named, with what it may be", async () => {
    const problemOf = async (command: Command, words: string[]) => {
        let problem = ""
        command.configureOutput({ outputError: text => (problem += text) })
        await assert.rejects(command.parseAsync(words, { from: "user" }))
        return problem.trim()
    }
    for (const [words, command] of commands) {
        const takes = command.registeredArguments
        const needs = command.options.some(({ mandatory }) => mandatory)
        if (needs || takes.some(({ variadic }) => variadic)) continue
        if (takes.some(({ argChoices }) => argChoices)) continue
        const given = takes.map(argument => argument.name())
        const problem = await problemOf(command, [...given, "surplus"])
        assert.match(problem, / 'surplus' \(/, words)
    }
    const cases = [
        ["build src/main.ts", "Did you mean --main src/main.ts?"],
        ["build --main a.ts b.ts", "'build' takes options only"],
        ["flash src/main.ts", "Did you mean --main src/main.ts?"],
        ["flash raed", "Did you mean read?"],
        ["top /dev/ttyUSB0", "Did you mean --serial /dev/ttyUSB0?"],
        ["new a b", "'new' takes <dir> only"],
        ["ota keygen board.key", "Did you mean --out board.key?"],
        ["ota sgin a.env", "Did you mean sign?"],
        ["pipe all", "there are: log, file"],
    ]
    for (const [line, hint] of cases) {
        const run = await runCli(line!.split(" "))
        assert.equal(run.stderr.split(" (")[1], `${hint})\n`, line)
        assert.equal(run.code, 2, line)
    }
})

/** A bash that has the completion, and what it offers for a line. */
async function completeInBash(line: string): Promise<string[]> {
    const { stdout: script } = await runCli(["completion", "bash"])
    const words = line.split(" ")
    const ask = `
        COMP_WORDS=(${words.map(word => `'${word}'`).join(" ")})
        COMP_CWORD=${words.length - 1}
        _fiberctl
        printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = await run("bash", ["-c", script + ask], {
        // there is no board to ask for names of tasks
        env: { PATH: "/usr/bin:/bin" },
    })
    return stdout.trim().split("\n")
}

test("bash completes commands and options", async () => {
    assert.deepEqual(await completeInBash("fiberctl sta"), [
        "status",
        "start",
        "stats",
    ])
    assert.deepEqual(await completeInBash("fiberctl settings un"), ["unset"])
    assert.deepEqual(await completeInBash("fiberctl logs --fo"), ["--follow"])
    assert.deepEqual(await completeInBash("fiberctl ota sign --se"), [
        "--seal",
        "--seal-key",
    ])
})

for (const shell of ["zsh", "fish"])
    test(
        `${shell} takes its completion`,
        {
            skip:
                existsSync(`/usr/bin/${shell}`) || process.env.CI
                    ? false
                    : `there is no ${shell} (apt install ${shell})`,
        },
        async t => {
            const { stdout: script } = await runCli(["completion", shell])
            const file = join(tempFolder(t), "fiberctl")
            writeFileSync(file, script)
            if (shell === "zsh") {
                const lines = `autoload -U compinit && compinit -u; source ${file}; print $_comps[fiberctl]`
                const { stdout } = await run("zsh", ["-f", "-c", lines])
                assert.match(stdout, /fiberctl/)
            } else {
                const lines = `source ${file}; complete -C "fiberctl sta"`
                const { stdout } = await run("fish", ["-N", "-c", lines])
                const words = stdout
                    .split("\n")
                    .map(line => line.split("\t")[0])
                for (const word of ["status", "start", "stats"])
                    assert.ok(words.includes(word), stdout)
            }
        }
    )

test("what needs no board prints JSON, too", async t => {
    const folder = tempFolder(t)
    const path = (name: string) => join(folder, name)
    const json = async (...args: string[]) => {
        const { code, stdout, stderr } = await runCli([...args, "--json"])
        assert.equal(code, 0, `${args.join(" ")}: ${stderr}`)
        return JSON.parse(stdout)
    }
    assert.equal(
        (await json("ota", "keygen", "--out", path("key"))).kind,
        "hmac"
    )
    writeFileSync(path("a.env"), "LOG_LEVEL=debug\n")
    const signed = await json(
        ...["ota", "sign", path("a.env"), "--key", path("key")],
        ...["--share", "10%", "--version", "3", "--out", path("a.ota")]
    )
    assert.equal(signed.version, 3)
    const verified = await json(
        ...["ota", "verify", path("a.ota"), "--key", path("key")]
    )
    assert.equal(verified.hash, signed.hash)

    writeFileSync(path("log"), "PANIC 60001\n")
    const decoded = await json("decode", path("log"))
    assert.match(decoded.text, /^PANIC 60001 \(.+\)$/)
    assert.ok((await json("boards")).length >= 4)
    const completions = (await json("completion", "bash")) as {
        path: string
        words: string[]
    }[]
    for (const { path, words } of completions)
        assert.equal(words.includes("--build-dir"), path !== "", path)
    assert.ok(completions.some(({ path }) => path === "settings set"))

    // stands in for the VM: what makes it an image of an ESP32 is its first byte
    writeFileSync(path("runtime"), Buffer.alloc(0x1000, 0xe9))
    const board = ["--board", "esp32_devkit_c", "--runtime", path("runtime")]
    const image = await json("image", ...board, "--out", path("image"))
    assert.equal(statSync(path("image")).size, image.bytes)
    const dry = await json("flash", ...board, "--dry-run")
    assert.deepEqual([dry.board, dry.bytes], ["esp32_devkit_c", image.bytes])

    const built = await json("build")
    assert.ok(built.code > 0 && built.code <= built.most)
    assert.deepEqual(await json("settings", "check", path("a.env")), [])
    assert.ok((await json("settings", "schema")).properties.LOG_LEVEL)
    assert.ok((await json("settings", "docs")).properties.LOG_LEVEL)
})
