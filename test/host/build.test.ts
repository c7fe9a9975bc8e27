import assert from "node:assert/strict"
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { before, describe, test, type TestContext } from "node:test"
import { sizesText } from "../../host/commands/sizes-table.ts"
import type { Sizes } from "../../host/optimise/index.ts"
import { type BuildSizes, unpackLibraries } from "../../host/sim/index.ts"
import {
    childPids,
    Cli,
    type CliRun,
    runCli,
    tempFolder,
    untilGone,
} from "../system/harness.ts"

before(unpackLibraries)

/** A new project that uses the libraries of this one. */
function project(t: TestContext, files: Record<string, string>) {
    const folder = tempFolder(t)
    mkdirSync(join(folder, "src"))
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"))
    const write = (name: string, text: string) =>
        writeFileSync(join(folder, name), text)
    write("devsconfig.json", "{}")
    for (const [name, text] of Object.entries(files)) write(name, text)
    return { folder, write, build: () => runCli(["build"], { cwd: folder }) }
}

function assertBuilt(run: CliRun, message: RegExp): void {
    assert.equal(run.stderr, "")
    assert.match(run.stdout, message)
    assert.equal(run.code, 0)
}

/** The text of an array in arrays. */
function nested(depth: number): string {
    return depth > 0 ? `[Math.random(), ${nested(depth - 1)}]` : "1"
}

// rows: B2
describe("fiberctl build", { concurrency: 2 }, () => {
    test("refuses what damages the heap of the VM", async t => {
        const { write, build } = project(t, {
            "src/main.ts": `type Pair = [number, string]
function maybe(): Error | Buffer { return Buffer.from("a") }
const list = [1, 2]
const pair: Pair = [1, ""]
export function fail(kind: number): void {
    if (kind === 1) throw list
    if (kind === 2) throw maybe()
    if (kind === 3) throw pair
    list.length = 0
}
fail(0)
`,
        })
        const { code, stderr } = await build()
        assert.equal(code, 1)
        const named = [
            ...stderr.matchAll(/main\.ts\((.*)\): error .*: (\w+) /g),
        ]
        assert.deepEqual(
            named.map(([, place, word]) => `${place} ${word}`),
            ["6,21 Throwing", "7,21 Throwing", "8,21 Throwing", "9,5 Setting"]
        )
        assert.match(stderr, /Throwing a Buffer damages the heap/)
        write(
            "src/main.ts",
            `const size = { length: 1 }
size.length = 2
export function fail(kind: any): void {
    if (kind === 1) throw "text"
    if (kind === 2) throw { list: [1] }
    if (kind === 3) throw kind
    if (size.length > 1) throw new Error("one")
}
fail(4)
`
        )
        assert.match((await build()).stdout, /code \d+ of 65535/)
    })
    test("refuses what the VM does otherwise than TypeScript says", async t => {
        const { build } = project(t, {
            "src/main.ts": `const names = ["b", "a"]
const counts = [1, 2]
const some: string | undefined = names[0]
export function order(name: string, size: "s" | "xl", list: string[] | undefined, any: any): void {
    console.log(name < "b")
    console.log(size >= name)
    console.log(some > name)
    names.sort()
    list?.sort()
    console.log(counts.reduce((sum, count) => sum + count))
    for (const at in counts) console.log(at)
    console.log([...name].length)
    // and what it does as TypeScript says, or nobody knows
    console.log(any < name, counts[0] < counts[1], name === "b")
    names.sort((a, b) => a.length - b.length)
    counts.sort()
    any.sort()
    console.log(counts.reduce((sum, count) => sum + count, 0))
    for (const key in { a: 1 }) console.log(key)
    console.log([...name.split("")].length)
}
`,
        })
        const { code, stderr } = await build()
        assert.equal(code, 1)
        const named = [
            ...stderr.matchAll(/main\.ts\((\d+),.*\): error .*: (.*?) /g),
        ].map(([, line, word]) => `${line} ${word}`)
        assert.deepEqual(named, [
            ...["5 The", "6 The", "7 The", "8 sort()", "9 sort()"],
            ...["10 reduce", "11 for", "12 Only"],
        ])
    })

    test("says of what the VM has not that it has none", async t => {
        const { build } = project(t, {
            "src/main.ts": `console.log("ab".repeat(2))
const counts = new Map<string, number>()
console.log(process.argv, counts)
console.log("ab".valueOf())
`,
        })
        const { code, stderr } = await build()
        assert.equal(code, 1)
        const said = [...stderr.matchAll(/\((\d+),.*error TS2\d+: (.*)/g)]
        assert.deepEqual(
            said.map(([, line, words]) => `${line} ${words}`),
            [
                `1 Property 'repeat' does not exist on type '"ab"'. The VM has none.`,
                `2 Cannot find name 'Map'. The VM has none: import { Map } from "@devicescript/runtime".`,
                "3 Cannot find name 'process'. The VM has none.",
                `4 Property 'valueOf' does not exist on type '"ab"'.`,
            ]
        )
    })

    test("says in words what the language lacks, and what to write instead", async t => {
        const { write, build } = project(t, {})
        const head = [
            'const one = "1"',
            "interface Own { n: number }",
            "const own: Own = { n: 1 }",
            "function use(call: () => number) { console.log(call()) }",
        ]
        /** Builds lines, each of which is wrong, and looks for what is said of each. */
        const check = async (wrong: Record<string, string>, tail = "") => {
            const lines = Object.keys(wrong)
            write("src/main.ts", [...head, ...lines, tail].join("\n") + "\n")
            const { code, stderr } = await build()
            assert.equal(code, 1)
            const said = stderr.trim().split("\n")
            for (const [i, line] of lines.entries()) {
                const place = `src/main.ts(${head.length + 1 + i},`
                const words = wrong[line]!
                assert.ok(
                    said.some(
                        one => one.startsWith(place) && one.endsWith(words)
                    ),
                    `${line}\n${stderr}`
                )
            }
            assert.doesNotMatch(stderr, /unhandled|confused|not supported/)
        }
        await check({
            "console.log((2.5).toFixed(1))":
                "The VM has none: write Math.round(value * 100) / 100.",
            "console.log(Number(one))":
                "The VM has none: write +text, and Math.floor to tell whole numbers.",
            "console.log(own.at)":
                "Property 'at' does not exist on type 'Own'.",
            "console.log(/a+/)":
                "The VM's language has no regular expressions; use indexOf and slice.",
            "class A { get x() { return 1 } }":
                "A class has fields, methods and a constructor; for a getter or setter write a method.",
            "class B { static n = 1 }":
                "A static field cannot have a value; use a constant of the module.",
            "var old = 1": "Use let or const; there is no var.",
            "block: { console.log(one) }": "Only a loop can have a label.",
            "let two = 0; ({ two } = { two: 1 })":
                "Fields cannot be taken into variables that are there already; write an assignment for each.",
            'console.log("a" in own)':
                "The VM's language does not have this operator; for `in`, compare with undefined.",
        })
        await check(
            {
                "function f1() { return (this as any).n }":
                    "`this` is that of a class: in its methods and constructor, and in arrow functions there.",
                "const f2 = () => { [1].forEach(async x => console.log(x)) }":
                    "as nobody would wait for it; write a loop, or begin it by start().",
                "class D { #n = 1 }":
                    "A plain name is wanted; for `#name` write `private name`.",
                "const f = () => { for (const x of [1]) use(() => x) }":
                    "A function cannot use a variable of the loop around it; use forEach, or call a function that makes it.",
            },
            "f1(); f2(); console.log(new D()); f()"
        )
    })

    test("says once that a name is nowhere", async t => {
        const { build } = project(t, {
            "src/other.ts": "export const known = 1\n",
            "src/main.ts": `import { known, lost } from "./other"
console.log(known, lost, foo, foo)
bar()
const f = function g(n: number): number { return n > 0 ? g(n - 1) : 0 }
console.log(f(3))
`,
        })
        const { code, stderr } = await build()
        assert.equal(code, 1)
        const said = [...stderr.matchAll(/\((\d+),\d+\): error TS\d+: (.*)/g)]
        assert.deepEqual(
            said.map(([, line, words]) => `${line} ${words}`),
            [
                `1 Module '"./other"' has no exported member 'lost'.`,
                "2 Cannot find name 'foo'.",
                "2 Cannot find name 'foo'.",
                "3 Cannot find name 'bar'.",
                "4 The program has nothing by the name 'g'; a function in an expression does not know its own.",
            ]
        )
    })

    test("tells of a circle of imports in which a file comes too early", async t => {
        const { write, build } = project(t, {
            "src/main.ts": `import { pump } from "./pump"
export class Pump { speed = 1 }
export const LIMIT = 2
console.log(pump.speed)
`,
        })
        const way = "src/pump.ts, src/main.ts, src/pump.ts"
        for (const [text, circle] of [
            ["export const pump = new Pump()", /src\/main\.ts, src\/pump/],
            [
                "const speed = LIMIT + 1\nexport const pump = { speed }",
                new RegExp(`'LIMIT'.* in a circle here \\(${way}\\)`),
            ],
        ] as const) {
            write(
                "src/pump.ts",
                `import { Pump, LIMIT } from "./main"\n${text}`
            )
            const { code, stderr } = await build()
            assert.equal(code, 1)
            assert.match(stderr, circle)
            assert.match(stderr, /: a file may run before what it uses\.$/m)
        }
    })

    test("says what the compiler cannot compile, without its stack", async t => {
        const { write, build } = project(t, {})
        const calls = [
            "f(1, 2, 3, 4, 5, 6, 7, 8, 9)",
            "f(`${a} ${a} ${a} ${a} ${a} ${a} ${a} ${a}`)",
            'console.log("sums", a, a, a, a, a, a, a, a)',
            'console.log("a" + a + "b" + a + "c" + a + "d" + a + "e" + a + "f" + a + "g" + a + "h" + a)',
            "new Nine(1, 2, 3, 4, 5, 6, 7, 8, 9)",
        ]
        write(
            "src/main.ts",
            `const a = Math.random()
class Nine {
    constructor(...values: number[]) { f(values.length) }
}
function f(...values: unknown[]): void { console.log(values.length) }
new Nine(1, 2, 3, 4, 5, 6, 7, 8)
f(1, 2, 3, 4, 5, 6, 7, 8)
console.log("sums", a, a, a, a, a, a, a)
${calls.join("\n")}
`
        )
        const { code, stderr } = await build()
        assert.equal(code, 1)
        const lines = stderr.trim().split("\n").slice(1)
        assert.deepEqual(
            lines,
            calls.map(
                (_, index) =>
                    `src/main.ts(${index + 9},1): error TS9999: A call takes at most 8 arguments on the VM, and a text at most 7 values; pass an object or a list, or make the text of two.`
            )
        )
        write("src/main.ts", `export const deep = ${nested(40)}\n`)
        assert.equal(
            (await build()).stderr,
            'fiberctl: "src/main.ts" does not compile\nsrc/main.ts(1,1): error TS9999: The DeviceScript compiler cannot compile this (Assertion failed); write it another way.\n'
        )
    })

    test("builds once, and again when an imported file or its absence changes", async t => {
        const { write, build } = project(t, {
            "src/main.ts": 'import { a } from "./a"\nconsole.log(a)\n',
            "src/a.ts": "export const a = 1\n",
        })
        assertBuilt(
            await build(),
            /building .*\n.*: \d+ bytes, code \d+ of 65535\n/
        )
        assertBuilt(await build(), /^[^\n]*nothing changed[^\n]*\n$/)
        write("src/b.ts", "not TypeScript, and not imported")
        assertBuilt(await build(), /^[^\n]*nothing changed/)
        write("src/a.ts", "export const b = 1\n")
        const broken = await build()
        assert.equal(broken.code, 1)
        assert.match(
            broken.stderr,
            /^fiberctl: "src\/main\.ts" does not compile\nsrc\/main\.ts.1.10.*error TS2305/
        )
        assert.doesNotMatch(broken.stderr, /\n {4}at /)
        write("src/a.ts", "export const a = 1\n")
        assertBuilt(await build(), /^[^\n]*nothing changed/)
    })

    test("builds again when a file was edited while it was compiled", async t => {
        const { folder, write, build } = project(t, {
            "src/main.ts": 'import { a } from "./a"\nconsole.log(a)\n',
            "src/a.ts": "export const a = 0\n",
        })
        const cli = new Cli(["build"], { cwd: folder })
        let edits = 0
        const timer = setInterval(
            () => write("src/a.ts", `export const a = ${++edits}\n`),
            20
        )
        await cli.done
        clearInterval(timer)
        assert.ok(edits > 1)
        assertBuilt(await build(), /^building /)
        assertBuilt(await build(), /^[^\n]*nothing changed/)
    })

    // rows: D1
    test("shows what each part takes, before and after the optimiser", async t => {
        const { folder } = project(t, {
            "src/main.ts": 'import { a } from "./a"\nconsole.log(a())\n',
            "src/a.ts":
                "export function a() {\n    return Math.random() * 70000\n}\n",
        })
        const run = await runCli(["build", "--sizes"], { cwd: folder })
        assertBuilt(run, /^part +compiled +code +functions +methods +slots$/m)
        const [, before, after] =
            /^src\/a\.ts +(\d+) +(\d+) /m.exec(run.stdout) ?? []
        assert.ok(Number(after) < Number(before), run.stdout)
        assert.match(run.stdout, /\d+ left to an application/)
        const both = await runCli(["build", "--sizes", "--no-optimise"], {
            cwd: folder,
        })
        assert.equal(both.code, 2)
        assert.match(both.stderr, /--sizes goes without --no-optimise/)
    })

    test("shows a library of a linked library by its own name", () => {
        const part = { code: 9, functions: 1, methods: 0, slots: 2 }
        const brought = "node_modules/fiberd/node_modules/"
        const sizes: Sizes = {
            parts: {
                "node_modules/@devicescript/core/src/index.ts": part,
                [`${brought}@devicescript/settings/src/api.ts`]: part,
                "node_modules/fiberd/src/tasks/loop.ts": part,
            },
            functions: [],
        }
        const report = { before: 27, after: 27 } as BuildSizes["report"]
        const text = sizesText({ report, before: sizes, after: sizes }, 65_535)
        assert.deepEqual(
            text.match(/^\S+\/\S+(?= )/gm),
            ["@devicescript/core", "@devicescript/settings", "fiberd/tasks"],
            text
        )
    })

    test("names each setting that would not reach a board as it is written", async t => {
        const { write, build } = project(t, {
            "src/main.ts": "console.log(1)\n",
            ".env.defaults": "A=1\n# comment\nCOLOUR='#fff'\n",
            ".env.local": "export B=2\nC=3\n",
        })
        const refused = await build()
        assert.equal(refused.code, 1)
        const [first, second, rest] = refused.stderr.split("\n")
        assert.match(first, /^fiberctl: \.env\.defaults:3: .*drops/)
        assert.match(second, /^\.env\.local:1: .*"export"/)
        assert.equal(rest, "")
        write(".env.defaults", "A=1\n# comment\n")
        write(".env.local", "B=2\nC=3\n")
        assertBuilt(await build(), /\d+ bytes/)
    })

    test("a Ctrl-C while it builds leaves no process", async t => {
        const { folder } = project(t, { "src/main.ts": "console.log(1)\n" })
        const cli = new Cli(["sim"], { cwd: folder })
        await cli.waitForOutput(/building/)
        let children: number[] = []
        while (children.length < 2) children = await childPids(cli.pid)
        cli.signal("SIGINT")
        const run = await cli.done
        assert.equal(run.stderr, "")
        assert.equal(run.code, 130)
        await untilGone(children)
    })
})
