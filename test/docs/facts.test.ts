// rows: D4
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { MAX_CODE_END } from "../../host/optimise/index.ts"
import { declaredSettings } from "../../host/settings/docs.ts"
import { PAGES } from "../../host/site/pages.ts"
import { OTA_SETTINGS } from "../../src/ota/settings.ts"
import { FIRMWARE_SETTINGS } from "../../src/settings/firmware.ts"

const pages = new Map<string, string>()

/** The text of a page, its lines joined by blanks. */
function textOf(page: string): string {
    const known = pages.get(page)
    if (known !== undefined) return known
    const text = readFileSync(page, "utf8").replaceAll(/\s+/g, " ")
    pages.set(page, text)
    return text
}

/** The number that a constant of a source file stands for. */
function constant(file: string, name: string): number {
    const pattern = new RegExp(`^(?:export )?const ${name} = ([-\\w.]+)$`, "m")
    const [, value] = pattern.exec(readFileSync(file, "utf8")) ?? []
    assert.ok(value !== undefined, `${file}: no constant ${name}`)
    return Number(value.replaceAll("_", ""))
}

/** An option of a table in a source file: default and limits. */
function option(file: string, name: string): RegExpExecArray["groups"] & {} {
    const pattern = new RegExp(
        `^ {4}${name}: (?<kind>\\S+)(?: (?<least>-?\\d+) (?<most>\\d+))?(?: \\S*\\|\\S*)?(?: = (?<fallback>\\S+))?$`,
        "m"
    )
    const match = pattern.exec(readFileSync(file, "utf8"))
    assert.ok(match?.groups, `${file}: no option ${name}`)
    return match.groups
}

const fallback = (file: string, name: string) =>
    Number(option(file, name).fallback)
const least = (file: string, name: string) => Number(option(file, name).least)
const most = (file: string, name: string) => Number(option(file, name).most)

const steps = JSON.parse(readFileSync("bench/steps.json", "utf8")) as Record<
    string,
    number
>
const budget = JSON.parse(readFileSync("bench/budget.json", "utf8")) as {
    room: Record<string, number>
}
/** Steps of a slice: the VM's own limit. */
const SLICE = 131_072

const TASKS = "src/tasks/options.ts"
const LOG = "src/log"
const FILE = "src/flashlog/options.ts"
const SYSLOG = "src/syslog/options.ts"
const CONNECTION = "src/syslog/connection.ts"
const ARBITER = "src/net/arbiter.ts"
const HTTP = "src/net/http.ts"

/** Sentences with numbers, each `{}` one that the source says. */
const FACTS: Record<string, [sentence: string, ...values: number[]][]> = {
    "docs/tasks.md": [
        ["among the last {} of the ring", constant(TASKS, "MAX_STATUS_LINES")],
        ["{} tasks, children included", constant(TASKS, "MAX_TASKS")],
        [
            "names of {} letters, digits, `-`, `_`; {} with the parents'",
            constant(TASKS, "MAX_NAME_CHARS"),
            constant(TASKS, "MAX_FULL_NAME_CHARS"),
        ],
        [
            "{} items in `requires`, `after` and `args`",
            constant(TASKS, "MAX_ITEMS"),
        ],
        ["{} cleanups a run", constant(TASKS, "MAX_CLEANUPS")],
        ["{} own figures", constant(TASKS, "MAX_FIGURES")],
        [
            "error messages kept up to {} characters, names of errors up to {}",
            constant(TASKS, "MAX_ERROR_CHARS"),
            constant(TASKS, "MAX_ERROR_NAME_CHARS"),
        ],
        ["results shown up to {};", constant(TASKS, "MAX_RESULT_CHARS")],
        ["up to {} tasks, or one", constant(TASKS, "MAX_TEXT_TASKS")],
        ["a task with {} of them", constant(TASKS, "MAX_LEFT_BEHIND")],
        ["Times go up to {} ms", 0x7fffffff],
        [
            "After {} starts in a row that each lasted under {} s",
            fallback(TASKS, "maxShortStarts"),
            constant(TASKS, "STABLE_MS") / 1000,
        ],
        [
            "has held for {} minutes in it",
            fallback(TASKS, "safeModeMs") / 60_000,
        ],
        [
            "`status()` of 50 tasks takes some {} of a slice's {} steps",
            Math.round(steps["status() of 50 tasks"]! / 100) * 100,
            SLICE,
        ],
        ["after {} VM steps without a wait", SLICE],
        [
            "two writes of {} bytes per boot",
            constant("src/tasks/journal.ts", "RECORD_BYTES"),
        ],
    ],
    "docs/log.md": [
        ["it takes {} steps of the VM", steps["log call, disabled"]!],
        [
            "A call that goes to the ring takes {} of them, one that goes to five handlers {}: a loop that logs more than {} (or {}) lines",
            steps["log call, ring"]!,
            steps["log call, console+ring+file+heartbeat+syslog"]!,
            Math.floor(SLICE / steps["log call, ring"]!),
            Math.floor(
                SLICE / steps["log call, console+ring+file+heartbeat+syslog"]!
            ),
        ],
        ["{} levels deep", constant(`${LOG}/render.ts`, "MAX_DEPTH")],
        [
            "more than {} bytes is cut",
            constant(`${LOG}/text.ts`, "MAX_MESSAGE"),
        ],
        ["cuts a line at {} bytes", 296],
        [
            "{} records at most, and none while these are delivered",
            constant(`${LOG}/dispatch.ts`, "MAX_DEFERRED"),
        ],
        [
            "after {} s and then less and less often",
            constant(`${LOG}/dispatch.ts`, "REFUSED_MS") / 1000,
        ],
        [
            "{} topics are kept worked out",
            constant(`${LOG}/topic.ts`, "MAX_TOPICS"),
        ],
        [
            "{} handlers and receivers, {} filters before all handlers, {} overrides in a specification, {} restricted topics, {} level listeners",
            constant(`${LOG}/table.ts`, "MAX_HANDLERS"),
            constant(`${LOG}/global-filters.ts`, "MAX_FILTERS"),
            constant(`${LOG}/spec.ts`, "MAX_RULES"),
            constant(`${LOG}/restrictions.ts`, "MAX_RESTRICTIONS"),
            constant(`${LOG}/level-watch.ts`, "MAX_LISTENERS"),
        ],
        [
            "Topics have at most {} characters (`task.` and the longest name of a task fit), messages {} bytes, the ring {} to {} bytes and {} followers",
            constant(`${LOG}/spec.ts`, "MAX_TOPIC"),
            constant(`${LOG}/text.ts`, "MAX_MESSAGE"),
            constant(`${LOG}/handlers/ring.ts`, "MIN_RING"),
            constant(`${LOG}/handlers/ring.ts`, "MAX_RING"),
            constant(`${LOG}/handlers/ring.ts`, "MAX_FOLLOWERS"),
        ],
        [
            "below `dropAt` ({} %) of `entries` ({}) and `bytes` ({})",
            fallback(`${LOG}/queue.ts`, "dropAt"),
            fallback(`${LOG}/queue.ts`, "entries"),
            fallback(`${LOG}/queue.ts`, "bytes"),
        ],
        ["is at `lowAt` ({} %)", fallback(`${LOG}/queue.ts`, "lowAt")],
        ["`flushAfter` ({}) drops", fallback(`${LOG}/queue.ts`, "flushAfter")],
        ["| {} records a second |", fallback(`${LOG}/entry.ts`, "records")],
    ],
    "docs/flash-log.md": [
        [
            "up to {} slots",
            constant("src/platform/slots.ts", "MAX_LOG_SEGMENTS"),
        ],
        [
            "at most {} bytes: a header of {} bytes",
            constant("src/platform/flash.ts", "MAX_VALUE_BYTES"),
            constant("src/flashlog/format.ts", "HEADER_BYTES"),
        ],
        [
            "in {} bytes ({} for the first in a segment)",
            constant("src/flashlog/format.ts", "MIN_HEAD_BYTES"),
            constant("src/flashlog/format.ts", "MAX_HEAD_BYTES"),
        ],
        [
            "tried again after {} s, then later and later, at most {} min apart",
            constant("src/flashlog/worker.ts", "RETRY_MS") / 1000,
            constant("src/flashlog/worker.ts", "LONGEST_RETRY_MS") / 60_000,
        ],
        ["| `flushBytes` | {} |", fallback(FILE, "flushBytes")],
        [
            "{} to {}, make a write",
            least(FILE, "flushBytes"),
            most(FILE, "flushBytes"),
        ],
        ["| `flushTime` | {} ms |", fallback(FILE, "flushTime")],
        ["| {} bytes or more", least(FILE, "maxSize")],
        [
            "| `maxCount` | {} | {} to {} older files",
            fallback(FILE, "maxCount"),
            least(FILE, "maxCount"),
            most(FILE, "maxCount"),
        ],
        ["| up to {} ms, a year", most(FILE, "maxAge")],
        [
            "| `maxLine` | {} bytes | {} to {};",
            fallback(FILE, "maxLine"),
            least(FILE, "maxLine"),
            most(FILE, "maxLine"),
        ],
        [
            "| `digits` | {} | {} to {} digits",
            fallback(FILE, "digits"),
            least(FILE, "digits"),
            most(FILE, "digits"),
        ],
        ["| its share | {} to {} |", least(FILE, "slots"), most(FILE, "slots")],
        [
            "a slot for each {} bytes of `maxSize`",
            constant("src/flashlog/slots.ts", "SEGMENT_TEXT_BYTES"),
        ],
    ],
    "docs/syslog.md": [
        [
            "for {} s undisturbed and has {} s to give it back. It may hold it for {} s",
            constant(ARBITER, "MIN_TURN_MS") / 1000,
            constant(ARBITER, "RECALL_GRACE_MS") / 1000,
            constant(ARBITER, "DEFAULT_HOLD_MS") / 1000,
        ],
        ["At most {} may wait", constant(ARBITER, "MAX_CLAIMS")],
        [
            "A push takes {} steps of the VM, and {} while",
            steps["syslog push"]!,
            steps["syslog push, collector away"]!,
        ],
        [
            "At most {} parameters of {} bytes",
            constant("src/syslog/message.ts", "MAX_PARAMS"),
            constant("src/syslog/message.ts", "MAX_VALUE_BYTES"),
        ],
        [
            "A message has at most {} bytes, as the log cuts it, and a frame at most `SYSLOG_MAX` ({})",
            constant(`${LOG}/text.ts`, "MAX_MESSAGE"),
            fallback(SYSLOG, "maxBytes"),
        ],
        [
            "`batchBytes` ({} at once, in two writes",
            fallback(SYSLOG, "batchBytes"),
        ],
        ["`batchMs` ({}: ", fallback(SYSLOG, "batchMs")],
        ["`connectMs` ({})", fallback(SYSLOG, "connectMs")],
        [
            "after {} s in which it could have closed",
            constant(CONNECTION, "PROBE_MS") / 1000,
        ],
        [
            "sent on a connection that was seen to hold after it for {} s, or {} s when the window was full",
            constant(CONNECTION, "ARRIVED_MS") / 1000,
            constant(CONNECTION, "PROBE_MS") / 1000,
        ],
        [
            "what was sent in the last {} to {} s (with a full window in the last {} to {} s)",
            constant(CONNECTION, "ARRIVED_MS") / 1000,
            (2 * constant(CONNECTION, "ARRIVED_MS")) / 1000,
            constant(CONNECTION, "PROBE_MS") / 1000,
            (2 * constant(CONNECTION, "PROBE_MS")) / 1000,
        ],
        [
            "or that ends {} connections in a row",
            constant("src/syslog/worker.ts", "MAX_TRIES"),
        ],
        [
            "in order within {} s, {} times:",
            constant(CONNECTION, "ARRIVED_MS") / 1000,
            constant("src/syslog/worker.ts", "MAX_TRIES"),
        ],
        [
            "the oldest go first, {} bytes more",
            constant("src/syslog/outbox.ts", "SPARE"),
        ],
        [
            "After an outage at most {} writes follow one another",
            constant(CONNECTION, "WRITES_A_SLICE"),
        ],
        [
            "of {} bytes at most unless a message is longer",
            constant(CONNECTION, "PIECE_BYTES"),
        ],
        [
            "no more than {} reports are made at once, then {} a minute",
            constant("src/syslog/worker.ts", "REPORTS_MS") /
                constant("src/syslog/worker.ts", "REPORT_MS"),
            60_000 / constant("src/syslog/worker.ts", "REPORT_MS"),
        ],
    ],
    "docs/settings.md": [
        [
            "text that is read | {} bytes",
            constant("src/settings/dotenv.ts", "MAX_DOTENV_LENGTH"),
        ],
        [
            "text of the file | {} bytes; {} where",
            constant("src/settings/file.ts", "LARGE_FILE_BYTES"),
            constant("src/settings/file.ts", "SMALL_FILE_BYTES"),
        ],
        [
            "settings of a file | {} |",
            constant("src/settings/problem.ts", "MAX_SETTINGS"),
        ],
        [
            "a value, filled in | {} bytes",
            constant("src/settings/check.ts", "MAX_EXPANDED"),
        ],
        [
            "references of one value | {} |",
            constant("src/settings/check.ts", "MAX_REFERENCES"),
        ],
        [
            "problems listed of a file | {} |",
            constant("src/settings/problem.ts", "MAX_PROBLEMS"),
        ],
        [
            "listeners | {} |",
            constant("src/settings/settings.ts", "MAX_LISTENERS"),
        ],
        [
            "at most {} upper-case letters",
            constant("src/settings/schema.ts", "MAX_KEY_LENGTH"),
        ],
        [
            "a note of up to {} bytes",
            constant("src/settings/commit.ts", "MAX_NOTE_BYTES"),
        ],
        [
            "`_` ({} where the build sets it",
            constant("src/platform/flash.ts", "MAX_KEY_BYTES"),
        ],
    ],
    "docs/ota.md": [
        [
            "keeps at least {} of the VM's {} bytes of code free",
            budget.room["src/main.ts"]!,
            MAX_CODE_END - 1,
        ],
        [
            "file, with signatures and seal | {} bytes",
            constant("src/ota/file.ts", "MAX_FILE_BYTES"),
        ],
        [
            "{} s a question with all redirects, {} redirects",
            constant(HTTP, "HTTP_TIMEOUT_MS") / 1000,
            constant(HTTP, "MAX_REDIRECTS"),
        ],
        [
            "{} header lines of {} bytes",
            constant("src/net/http-answer.ts", "MAX_HEAD_LINES"),
            constant("src/net/http-answer.ts", "MAX_HEAD_LINE_BYTES"),
        ],
        [
            "a part of the file of at most {} bytes",
            constant("src/ota/cloud.ts", "MAX_PART_BYTES"),
        ],
        [
            "each with a tag of {} bytes",
            constant("src/ota/seal.ts", "TAG_BYTES"),
        ],
    ],
    "docs/board.md": [
        [
            "and {} bytes are kept for what the firmware writes",
            constant("host/boards/image.ts", "RESERVE_BYTES"),
        ],
        [
            "of the last {} builds",
            constant("host/sim/debug-files.ts", "MAX_KEPT"),
        ],
    ],
    "docs/web.md": [
        ["the last {} lines", constant("host/web/protocol.ts", "MAX_LINES")],
        [
            "127.0.0.1:{}/",
            constant("host/web/server/web-server.ts", "DEFAULT_PORT"),
        ],
    ],
    "docs/simulator.md": [
        [
            "are skipped, at most {} s of them",
            constant("host/sim/vm-process.ts", "MAX_SPARED_MS") / 1000,
        ],
        [
            "it never ran for {} s, or its last three runs were shorter than {} s",
            constant("host/commands/sim-health.ts", "GOT_GOING_MS") / 1000,
            constant("host/commands/sim-health.ts", "SHORT_RUN_MS") / 1000,
        ],
    ],
    "docs/vm.md": [["**{} steps without a switch", SLICE]],
}

for (const [page, facts] of Object.entries(FACTS))
    test(`${page} has the numbers of the source`, () => {
        const text = textOf(page).replaceAll(/ +/g, " ")
        for (const [sentence, ...values] of facts) {
            let next = 0
            const wanted = sentence.replaceAll("{}", () =>
                // a port is no quantity
                sentence.includes(":{}/")
                    ? String(values[next++])
                    : values[next++]!.toLocaleString("en")
            )
            assert.ok(text.includes(wanted), `${page}: not found: ${wanted}`)
        }
    })

test("tables in the docs have the defaults of the schema", () => {
    const declared = declaredSettings([...FIRMWARE_SETTINGS, OTA_SETTINGS])
    let found = 0
    for (const { source } of PAGES)
        // rows only: the head of a table is followed by dashes
        for (const [, key, cell] of readFileSync(source, "utf8").matchAll(
            /^\| `([A-Z_]+)` *\| ([^|]*) \|.*\n(?!\| -)/gm
        )) {
            const setting = declared.find(known => known.key === key)
            if (!setting) continue
            found++
            const shown = cell!.trim().replaceAll("`", "").split(":")[0]!
            assert.equal(
                shown.replace("empty", ""),
                setting.fallback,
                `${source}: ${key}`
            )
        }
    assert.ok(found > declared.length)
})

test("docs/tasks.md has the defaults of the options", () => {
    const text = textOf("docs/tasks.md")
    for (const name of ["delay", "maxDelay", "healthy", "grace"]) {
        const [, cell] = new RegExp(`\\| \`${name}\` \\| ([^|]*) \\|`).exec(
            text
        )!
        assert.equal(
            cell,
            `${fallback(TASKS, name).toLocaleString("en")} ms`,
            name
        )
    }
    const both = `| ${fallback(TASKS, "maxRestarts")} in ${fallback(TASKS, "window").toLocaleString("en")} ms |`
    assert.ok(text.includes(both), both)
    assert.ok(
        text.includes(
            `| \`safeModeMs\` | ${fallback(TASKS, "safeModeMs").toLocaleString("en")} |`
        )
    )
})
