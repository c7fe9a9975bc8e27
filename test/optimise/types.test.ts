// rows: B3a
import assert from "node:assert/strict"
import {
    mkdirSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import {
    findUncalled,
    optimise,
    projectTypes,
    type Types,
} from "../../host/optimise/index.ts"
import { type Compiled, compile, PROGRAM } from "./compiler.ts"
import { Machine } from "./machine.ts"
import { Project } from "./project.ts"
import { runPair } from "./run-pair.ts"
import { childPids, tempFolder } from "../system/harness.ts"

const folder = new Project()
after(() => folder.remove())

/** Compiles a program that is part of a project. */
async function project(
    source: string
): Promise<{ compiled: Compiled; types: Types }> {
    return { types: await folder.typesOf(source), compiled: compile(source) }
}

function functionNames({ debug }: { debug: Compiled["debug"] }): string[] {
    return debug.functions.map(({ name }) => name)
}

/** Runs a program before and after the optimiser, which must make no difference. */
async function runBoth(compiled: Compiled, types: Types) {
    const { difference, before } = await runPair(
        new Machine(),
        (image, debug) => optimise(image, debug, { types }),
        compiled
    )
    assert.equal(difference, undefined)
    return before
}

const METER = `
    class Meter {
        total: number
        constructor() {
            this.total = 0
        }
        count(by: number) {
            this.total = this.total + by
            return this.total
        }
        answer() {
            return 42
        }
    }
    const meters = [new Meter(), new Meter()]
    function use(meter: Meter) {
        return meter.count(2)
    }
    function ask(meter: Meter) {
        return meter.answer()
    }`

test("a call on a receiver of a known class is a call of its method", async () => {
    const { compiled, types } = await project(`${METER}
        for (const meter of meters) console.log("" + use(meter) + ask(meter))
        console.log("" + use(meters[0]))
        try {
            use(undefined)
        } catch (e: any) {
            console.log("no meter to count with")
        }
        try {
            ask(undefined)
        } catch (e: any) {
            console.log("no meter to ask")
        }
        console.log("> end")`)
    const { image, debug } = compiled
    const plain = optimise(image, debug)
    const typed = optimise(image, debug, { types })
    assert.ok(functionNames(plain).includes("count"))
    assert.ok(!functionNames(typed).includes("count"))
    // it would not fail without its object
    assert.ok(functionNames(typed).includes("answer"))
    assert.ok(typed.report.after < plain.report.after)

    const before = await runBoth(compiled, types)
    assert.match(before.lines.join("\n"), /no meter to count.*no meter to ask/s)
})

test("a receiver that may be anything decides nothing", async () => {
    const { compiled, types } = await project(`${METER}
        function any(meter: any) {
            return meter.count(3)
        }
        interface Counting {
            count(by: number): number
        }
        function counting(meter: Counting) {
            return meter.count(4)
        }
        console.log("" + any(meters[0]) + counting(meters[1]))`)
    const { image, debug } = compiled
    const typed = optimise(image, debug, { types })
    assert.ok(functionNames(typed).includes("count"))
})

test("who implements an interface alone is called through it", async () => {
    const { compiled, types } = await project(`${METER}
        interface Counting {
            count(by: number): number
            answer?(): number
        }
        function counting(meter: Counting, by: number) {
            return meter.count(by) + meter.count(1)
        }
        function answering(meter: Counting) {
            return meter.answer()
        }
        const list: Counting[] = meters
        for (const meter of list)
            console.log("" + counting(meter, meters.length) + answering(meter))
        console.log("> end")`)
    const { image, debug } = compiled
    assert.ok(functionNames(optimise(image, debug)).includes("count"))
    const typed = optimise(image, debug, { types })
    assert.equal(typed.report.passes["method called plainly"], 1)
    // an object need not have it
    assert.ok(functionNames(typed).includes("answer"))

    await runBoth(compiled, types)
})

test("a method that hands its object on fails without it as well", async () => {
    const { compiled, types } = await project(`
        class Meter {
            total: number
            constructor() {
                this.total = 0
            }
            early(by = 1) {
                return add(this, by)
            }
            late(by: number) {
                console.log("late")
                return add(this, by)
            }
        }
        function add(meter: Meter, by: number) {
            meter.total = meter.total + by
            return meter.total
        }
        function tryBoth(meter: Meter) {
            for (const by of [1, 2])
                try {
                    console.log("" + meter.early(by))
                    console.log("" + meter.late(by))
                } catch (e: any) {
                    console.log("no meter")
                }
            try {
                meter.late(3)
            } catch (e: any) {
                console.log("none to be late")
            }
        }
        tryBoth(new Meter())
        tryBoth(undefined)
        console.log("> end")`)
    const { image, debug } = compiled
    const typed = optimise(image, debug, { types })
    assert.equal(typed.report.passes["method called plainly"], 1)

    const before = await runBoth(compiled, types)
    assert.match(before.lines.join("\n"), /no meter.*none to be late/s)
})

test("methods that are linked, but called by nobody, are found and taken out", async () => {
    const { compiled, types } = await project(`${METER}
        interface Answer {
            answer: number
            total: number
        }
        function both(reply: Answer) {
            const { answer } = reply
            return answer + reply.answer + reply.total
        }
        console.log("" + use(meters[0]) + both({ answer: 1, total: 2 }))`)
    assert.deepEqual(findUncalled(compiled.image, compiled.debug, types), [
        { name: "answer", owner: "Meter", path: PROGRAM },
    ])

    const { image, debug } = compiled
    assert.ok(functionNames(optimise(image, debug)).includes("answer"))
    const typed = optimise(image, debug, { types })
    assert.ok(!functionNames(typed).includes("answer"))
})

test("a call through an interface means a method whose class fits it", async () => {
    const uncalled = async (part: string) => {
        const { compiled, types } = await project(`${METER}
            interface Counting {
                count(by: number): number
                ${part}
            }
            function counting(thing: Counting) {
                return thing.count(1)
            }
            const made = { count: (by: number) => by, kind: 1 }
            const all = [made, ...meters] as unknown as Counting[]
            console.log("" + counting(all[meters.length]))`)
        const found = findUncalled(compiled.image, compiled.debug, types)
        return found.map(({ name }) => name)
    }
    assert.ok(!(await uncalled("total?: number")).includes("count"))
    assert.ok((await uncalled("kind: number")).includes("count"))
})

test("of one name, each class has its own method", async () => {
    const { compiled, types } = await project(`
        class Meter {
            total = 0
            start(by: number) {
                this.total = this.total + by
                return this.total
            }
            read() {
                return this.total
            }
        }
        class Clock {
            now = 100
            start(by: number) {
                this.now = this.now - by
                return this.now
            }
            read() {
                return this.now
            }
        }
        const meters = [new Meter()]
        const clocks = [new Clock()]
        function both(meter: Meter, clock: Clock, by: number) {
            const total = meter.start(by)
            return total + " " + clock.start(by)
        }
        for (let i = 0; i < 3; i++) {
            console.log(both(meters[0], clocks[0], i + meters.length))
            const { now } = clocks[0]
            console.log("" + now + meters[0].read())
            console.log("" + clocks[0].read())
        }
        console.log("> end")`)
    const { image, debug } = compiled
    assert.ok(functionNames(optimise(image, debug)).includes("start"))
    const typed = optimise(image, debug, { types })
    // a name of the VM's own, as \`read\` and \`start\` are, is as good as any
    assert.equal(typed.report.passes["method called plainly"], 4)

    await runBoth(compiled, types)
})

test("a field that is written beside a method of its name is no read of it", async () => {
    const { compiled, types } = await project(`${METER}
        interface Report {
            count?: number
        }
        const report: Report = {}
        for (const meter of meters) {
            report.count = meter.count(2)
            console.log("" + report.count)
        }
        console.log("> end")`)
    const typed = optimise(compiled.image, compiled.debug, { types })
    assert.ok(!functionNames(typed).includes("count"))

    await runBoth(compiled, types)
})

test("what may be another class's method stays one", async () => {
    const changed = async (part: string) => {
        const { compiled, types } = await project(`
            class Meter {
                total = 0
                start(by: number) {
                    this.total = this.total + by
                    return this.total
                }
            }
            class Clock {
                now = 100
                start(by: number) {
                    this.now = this.now - by
                    return this.now
                }
            }
            class Alarm extends Clock {}
            const made = [new Meter(), new Clock(), new Alarm()]
            const meter = made[0] as Meter
            console.log("" + meter.start(1))
            const clock = made[1] as Clock
            console.log("" + clock.start(2))
            ${part}
            console.log("> end")`)
        await runBoth(compiled, types)
        const { image, debug } = compiled
        const { report } = optimise(image, debug, { types })
        return report.passes["method called plainly"] ?? 0
    }
    assert.equal(await changed(""), 2)
    const either = await changed(`
        for (const one of made as { start(by: number): number }[])
            console.log("" + one.start(1))`)
    assert.equal(either, 0)
    const any = await changed(`console.log("" + (made as any[])[0].start(1))`)
    assert.equal(any, 0)
    const byName = await changed(`
        const name = made.length > 1 ? "start" : "stop"
        console.log("" + (made[0] as any)[name](1))`)
    assert.equal(byName, 0)
    // only the meter fits
    const fitting = await changed(`
        const one: { total: number; start(by: number): number } = made[0] as Meter
        console.log("" + one.start(1))`)
    assert.equal(fitting, 1)
    const heir = await changed(`
        class Late extends Clock {
            override start(by: number) {
                this.now = this.now + by
                return this.now
            }
        }
        const clocks: Clock[] = [new Late(), new Alarm()]
        for (const clock of clocks) console.log("" + clock.start(3))`)
    assert.equal(heir, 1)
    const taken = await changed(`
        const { start } = made[0] as Meter
        console.log(typeof start)`)
    assert.equal(taken, 1)
    const standIn = await changed(`
        const other = { start: (by: number) => -by } as any as Meter
        function use(meter: Meter) {
            return meter.start(4)
        }
        console.log("" + use(other))`)
    assert.equal(standIn, 0)
    const data = await changed(`
        const times = { start: made.length + 0.5, stop: 0 }
        times.start++
        times.start = made.length * 3
        console.log("" + times.start + times.stop)`)
    assert.equal(data, 2)
    // the VM calls some methods of its own names
    const unread = await changed(`
        class Role {
            packets = made.length
            _onPacket() {
                this.packets = this.packets + 1
            }
        }
        console.log("" + new Role().packets)`)
    assert.equal(unread, 2)
})

test("a method whose name is a text may be called by it", async () => {
    const { compiled, types } = await project(`${METER}
        interface Answer {
            answer: number
        }
        function both(reply: Answer) {
            return reply.answer
        }
        const name: string = both({ answer: 1 }) === 1 ? "answer" : "count"
        console.log("" + (meters[0] as any)[name]() + use(meters[1]))
        console.log("> end")`)
    const before = await runBoth(compiled, types)
    assert.match(before.lines.join("\n"), /422/)
})

test("without a project nothing is known", async () => {
    assert.equal(await projectTypes("none.json"), undefined)
})

test("the files of a package that is linked into a project are known", async t => {
    const root = tempFolder(t)
    for (const name of ["project/src", "project/node_modules", "package/src"])
        mkdirSync(join(root, name), { recursive: true })
    const config = join(root, "project/tsconfig.json")
    writeFileSync(
        config,
        JSON.stringify({
            compilerOptions: { noEmit: true, moduleResolution: "bundler" },
            include: ["src"],
        })
    )
    writeFileSync(
        join(root, "package/src/index.ts"),
        "class B { bar(): void {} }\nexport class A { foo(): void {} }\nnew A().foo()\n"
    )
    symlinkSync(
        join(root, "package"),
        join(root, "project/node_modules/package")
    )
    writeFileSync(
        join(root, "project/src/use.ts"),
        'import { A } from "package/src"\nnew A().foo()\n'
    )
    const linked = "node_modules/package/src/index.ts"
    const types = await projectTypes(config)
    const use = { start: 0, end: 1000, name: "foo" }
    const found = types!.findDeclarations([
        { ...use, path: "src/use.ts" },
        { ...use, path: linked },
    ])
    // the declaration is named as the compiler names its file
    for (const declared of found)
        assert.deepEqual(
            declared?.map(({ path, isMethod }) => [path, isMethod]),
            [[linked, true]]
        )
    const [declared] = found[0]!
    const canBe = (start: number) =>
        types!.canBe([[{ path: linked, start }, declared!]])[0]
    assert.deepEqual([canBe(0), canBe(27)], [false, true])
})

test("a process that is kept knows what one that starts knows", async t => {
    const root = tempFolder(t)
    const config = join(root, "tsconfig.json")
    const write = (name: string, text: string) =>
        writeFileSync(join(root, name), text)
    const configure = (include: string[]) =>
        write(
            "tsconfig.json",
            JSON.stringify({ compilerOptions: { noEmit: true }, include })
        )
    configure(["src"])
    mkdirSync(join(root, "src"))
    write("src/a.ts", "export class A { foo(): void {} }\n")
    const kept = await projectTypes(config, true)
    const fresh = await projectTypes(config)
    const seen: string[] = []
    const compare = (what: string) => {
        const ask = (types: Types) =>
            types.findDeclarations(
                ["src/use.ts", "src/more/use.ts"].map(path => ({
                    path,
                    start: 0,
                    end: 1000,
                    name: "foo",
                }))
            )
        const known = ask(fresh!)
        assert.deepEqual(ask(kept!), known, what)
        seen.push(known.map(found => found?.[0]!.end ?? "-").join(" "))
    }
    compare("at first")
    write("src/use.ts", 'import { A } from "./a"\nnew A().foo()\n')
    compare("with a file that came")
    write("src/a.ts", "export class A { bar: number; foo(): void {} }\n")
    compare("with a file that changed")
    mkdirSync(join(root, "src/more"))
    write("src/more/use.ts", 'import { A } from "../a"\nnew A().foo()\n')
    compare("with a folder that came")
    rmSync(join(root, "src/use.ts"))
    compare("with a file that went")
    configure(["other"])
    compare("with other files in the project")
    configure(["src"])
    compare("with the old files again")
    for (const pid of await childPids(process.pid))
        if (readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--api"))
            process.kill(pid, "SIGKILL")
    compare("after the death of the process")
    assert.deepEqual(seen, [
        "- -",
        "31 -",
        "44 -",
        "44 44",
        "- 44",
        "- -",
        "- 44",
        "- 44",
    ])
})
