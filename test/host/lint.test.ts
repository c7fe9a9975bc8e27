import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, test, type TestContext } from "node:test"
import { promisify } from "node:util"
import { findNumberConditions } from "../../host/lint/conditions.ts"
import { tempFolder } from "../system/harness.ts"

const run = promisify(execFile)
const TSC = resolve("node_modules/.bin/tsc")

/** A project with one program, under the compiler options of the real one. */
function project(t: TestContext, program: string): string {
    const folder = tempFolder(t)
    const core = resolve("node_modules/@devicescript/core/src/*.d.ts")
    const config = {
        extends: resolve("tsconfig.json"),
        include: ["*.ts", core],
    }
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config))
    writeFileSync(join(folder, "a.ts"), `${program}\nexport {}\n`)
    return join(folder, "tsconfig.json")
}

describe("the lint of conditions", () => {
    const head =
        "declare const n: number, b: boolean, s: string, o: { n?: number }, u: number | string, e: any"
    const found = (t: TestContext, line: string) =>
        findNumberConditions(project(t, `${head}\n${line}`)).map(
            ({ line, text }) => `${line} ${text}`
        )

    const wrong: [string, string][] = [
        ["if (n) s", "n"],
        ["while (n * 2) s", "n * 2"],
        ["do s; while (n)", "n"],
        ["for (; n; ) s", "n"],
        ["b ? n : !n", "n"],
        ["b && !o.n", "o.n"],
        ["n || b", "n"],
        ["if (b && (s || n)) s", "n"],
        ["n ? b : b", "n"],
        ["o.n ||= 1", "o.n"],
        ["if (u) s", "u"],
        ["if (e) s", "e"],
        ["const f = () => { if (n / 2) s }", "n / 2"],
    ]
    for (const [line, text] of wrong)
        test(`finds the number in ${line}`, t => {
            assert.deepEqual(found(t, line), [`2 ${text}`])
        })

    const right = [
        "if (n !== 0 && b) s",
        "b && n",
        "o.n ?? n",
        "if (s) s",
        "if (n & 1) s",
        "if (s.length) s",
        "if (o) s",
        "for (;;) break",
    ]
    for (const line of right)
        test(`finds nothing in ${line}`, t => {
            assert.deepEqual(found(t, line), [])
        })
})

test("what would throw, or must not wait and is async, does not compile", async t => {
    const head = `import { changeSettings, ConsoleHandler, FileRotationHandler, followHandler, followSettings, Handler, HeartBeat, httpRequest, LogRecord, LogSystem, reportClock, Rsyslogger, Settings, SocketArbiter, SocketListener, SYSLOG_SETTINGS, SystemClock, TaskRegistry, TemplateFormatter, topicFilter } from "${resolve("src")}"
declare const log: LogSystem, clock: SystemClock, tasks: TaskRegistry, list: string[], settings: Settings<typeof SYSLOG_SETTINGS>, arbiter: SocketArbiter
declare function wait(): Promise<void>`
    const check = (lines: string[]) =>
        run(TSC, ["-p", project(t, [head, ...lines].join("\n"))]).then(
            () => "",
            ({ stdout }: { stdout: string }) => stdout
        )
    const wrong = [
        "class Slow implements Handler { async emit(record: LogRecord) { await wait() } }",
        'log.addHandler("slow", { emit: async record => await wait() })',
        "class Lamp implements HeartBeat { async notify(level: number) { await wait() } }",
        "log.onLevelChange(async () => await wait())",
        "tasks.onChange(async task => await wait())",
        "clock.onSet(async change => await wait())",
        "reportClock(clock, { info: async template => await wait() })",
        'settings.subscribe("SYSLOG_HOST", async () => await wait())',
        'followSettings(settings, "a=SYSLOG_HOST", async options => await wait())',
        'arbiter.claim("mine", async () => await wait())',
        "class Ear implements SocketListener { opened() {} received() {} async closed(reason: string) { await wait() } }",
        'httpRequest(clock, arbiter.socket, { url: "", maxBytes: 1, onBody: async part => await wait() })',
        "new Rsyslogger({ clock, arbiter }, {}, async () => await wait())",
        'new FileRotationHandler("a", 500, { onProblem: async text => await wait() })',
        'tasks.setOptions("a", { requires: ["b"] })',
        'log.addFilter(topicFilter("a", 2))',
        'log.addFilter({ name: "a", filter: record => 3 })',
        "log.setFilterDefault(2)",
        'log.addHandler("a", new ConsoleHandler(), { filterDefault: 2 })',
        'new TemplateFormatter("{message}", { time: "iso" })',
        'settings.set("SYSLOG_HOTS", "a")',
        'changeSettings(settings, { SYSLOG_HOTS: "a" })',
        'followHandler(settings, "syslog", "level=SYSLOG_LEVL")',
        'followSettings(settings, "host=SYSLOG_HOST SYSLOG_PORT", options => {})',
        'followSettings(settings, "host=SYSLOG_HOST", ({ hots }) => {})',
    ]
    const refused = await check(wrong)
    for (const i of wrong.keys())
        assert.match(
            refused,
            new RegExp(`a\\.ts\\(${i + 4},.*error TS`),
            wrong[i]
        )
    assert.match(
        refused,
        /to parameter of type '"SYSLOG_LEVL: no such setting"'/
    )
    assert.match(
        refused,
        /to parameter of type '"SYSLOG_PORT: wanted option=KEY"'/
    )
    assert.equal(
        await check([
            'log.addHandler("list", { emit: record => list.push(record.message) })',
            "class Quick implements Handler { emit(record: LogRecord) { wait.start() } }",
            "log.onLevelChange(() => {})",
            "tasks.onChange(task => { list.push(task.name) })",
            "clock.onSet(({ source }) => list.push(source))",
            "let last: object | undefined",
            "clock.onSet(change => (last = change))",
            "tasks.onChange(task => (last = task))",
            "log.onLevelChange(() => list.slice(1))",
            'settings.subscribe("SYSLOG_HOST", () => settings.get("SYSLOG_HOST"))',
            'followSettings(settings, "a=SYSLOG_HOST", ({ a }) => list.push(a))',
            'arbiter.claim("mine", () => wait.start())',
            'tasks.setOptions("a", { every: 5, restart: "always", watchdog: undefined })',
            'log.addFilter({ name: "a", filter: ({ level }) => (level > 3 ? 0 : 2) })',
            "declare const texts: Record<string, string>",
            "changeSettings(settings, texts)",
            'changeSettings(settings, { SYSLOG_HOST: "${_SITE}", _SITE: undefined })',
            'followSettings(settings, "host=SYSLOG_HOST every=SYSLOG_PORT", ({ host, every }) => list.push(host.slice(every)))',
            "followSettings(settings, list[0], ({ any }) => list.push(any))",
        ]),
        ""
    )
})

test("a program sees the names of the board and not those of a browser or of Node", async t => {
    const check = (program: string) =>
        run(TSC, ["-p", project(t, program)]).then(
            () => "",
            ({ stdout }: { stdout: string }) => stdout
        )
    assert.equal(await check("console.log([1].length, isNaN(2))"), "")
    for (const name of [
        "document",
        "window",
        "fetch",
        "process",
        "setImmediate",
    ])
        assert.match(
            await check(`${name}`),
            new RegExp(
                `TS2304: Cannot find name '${name}'|TS25\\d\\d: .*'${name}'`
            )
        )
})

test("check covers every folder with programs for the board", () => {
    const config = resolve("tsconfig.json")
    assert.deepEqual(findNumberConditions(config), [])
})
