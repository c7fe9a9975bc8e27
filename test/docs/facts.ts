// The sentences of the docs that have a number, and where the number comes from.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { constants } from "node:os"
import { MAX_CODE_END } from "../../host/optimise/index.ts"
import { declaredSettings } from "../../host/settings/docs.ts"
import { OTA_SETTINGS } from "../../src/ota/settings.ts"
import { firmwareSettings } from "../../src/settings/firmware.ts"
import { BOARDS } from "../../host/boards/boards.ts"
import {
    ENTRY_BYTES,
    ESP32_STORE_SIZE,
    headerPagesFor,
    PAGE_SIZE,
} from "../../host/flash/layout.ts"
import { FlashStore } from "../../host/flash/store.ts"
import { type Level, LEVELS } from "../../host/levels.ts"
import { composeFile } from "../../host/ota/file.ts"
import { parameters, signatureBytes } from "../../host/ota/lms.ts"
import { buzzerPatterns, ledPatterns } from "../../src/heartbeat/patterns.ts"
import { OTA_VECTORS } from "../vectors/ota.ts"
import {
    type Fact,
    type FlashWear,
    constant,
    literal,
    option,
    fallback,
    least,
    most,
    steps,
    bench,
    soak,
    SLICE,
} from "./sources.ts"
import { budget } from "../../bench/parts/budget.ts"

/** Place of the beat in a table of patterns. */
const BEAT = 9
/** Erases that a page of flash lasts. */
const CYCLES = 100_000
export const DECLARED = declaredSettings([...firmwareSettings(), OTA_SETTINGS])

const heapOf = (name: string) => bench.heap.results[name]!
/** Parameters of an LMS key that `fiberctl ota keygen` makes with this height. */
function lmsOf(height: number): NonNullable<ReturnType<typeof parameters>> {
    const known = parameters(9 + height / 5, constant(LMS_KEY, "OTS_TYPE"))
    assert.equal(known?.tree.h, height)
    return known!
}
function lmsBytes(height: number): number {
    const { tree, ots } = lmsOf(height)
    return signatureBytes(tree, ots)
}
/** What a signature takes in a signed file. */
function bytesInFile(kind: "hmac" | "lms", bytes: number): number {
    const signature = { kind, bytes: Buffer.alloc(bytes) }
    return composeFile("", [signature], Buffer.alloc(0)).length
}

const TASKS = "src/tasks/options.ts"
const TASKS_END = "src/tasks/safe-mode.ts"
const CLOCK = "src/platform/clock.ts"
/** How long the VM's timers last, in days. */
const ROUND_DAYS = (constant(CLOCK, "ROUND_MS") / 86_400_000).toFixed(1)
const LOG = "src/log"
const FILE = "src/flashlog/options.ts"
const SYSLOG = "src/syslog/options.ts"
const CONNECTION = "src/syslog/connection.ts"
const WORKER = "src/syslog/worker.ts"
const ARBITER = "src/net/arbiter.ts"
const HTTP = "src/net/http.ts"
const FLASH = "src/platform/flash.ts"
const SETTINGS = "src/settings/firmware.ts"
const LMS_KEY = "host/ota/lms-key.ts"
const OTA_FILE = "host/ota/file.ts"
const CAMPAIGNS = "test/system/programs/ota-campaigns.ts"
const SYSLOG_FULL = "test/system/syslog-full.ts"
const HEIGHT = constant(LMS_KEY, "DEFAULT_HEIGHT")
const OTS = lmsOf(HEIGHT).ots
/** Reports of syslog's connection that may be made at once. */
const REPORTS = constant(WORKER, "REPORTS_MS") / constant(WORKER, "REPORT_MS")
const WORDS = ["no", "one", "two", "three", "four", "five", "six"]
/** A time in ms that the docs have in words. */
const UNITS: Record<number, string> = {
    1000: "a second",
    60_000: "a minute",
    3_600_000: "an hour",
}
/** Heap of the VM on an ESP32-S2, in KB. */
const SMALL_HEAP_KB = Math.min(...BOARDS.map(({ chip }) => chip.heapKB))
/** Exit codes. */
const FAILED = literal("host/errors.ts", /exitCode: number = (\d)/)
const USAGE = literal("host/errors.ts", /readonly exitCode = (\d)/)
const TIME_OVER = literal("host/errors.ts", /override readonly exitCode = (\d)/)
const NODE = literal("package.json", /"node": ">=(\d+)/)
const SLOTS = constant("src/platform/slots.ts", "MAX_LOG_SEGMENTS")
/** Pages of one half of the VM's store. */
const STORE_PAGES = headerPagesFor(ESP32_STORE_SIZE / PAGE_SIZE)

/** Slots that a flash log may take in the store of a VM with little flash. */
const FEW_SLOTS = 12
const SMALL_STORE_SIZE = 128 * 1024
const SLOT_BYTES = constant("src/platform/flash.ts", "MAX_VALUE_BYTES")

/** Bytes that are free in one half of a store in which everything is as large as it may be. */
function freeBytes(storeBytes: number, text: string, logSlots: number): number {
    const store = FlashStore.format(storeBytes)
    const fill = (key: string, bytes: number) =>
        store.set(key, Buffer.alloc(bytes, 1))
    for (const set of ["a", "b"]) {
        fill(`:fd.cfg${set}0`, SLOT_BYTES)
        let left = constant("src/settings/file.ts", text)
        for (let i = 1; left > 0; i++, left -= SLOT_BYTES)
            fill(`:fd.cfg${set}${i}`, Math.min(left, SLOT_BYTES))
    }
    fill(":fd.tasks", SLOT_BYTES)
    fill(":fd.tasks2", SLOT_BYTES)
    fill(":fd.boot", 12)
    fill(":fd.cursor", 8)
    fill(":fd.build", 8)
    for (let i = 0; i < logSlots; i++) fill(`:fd.log${i}`, SLOT_BYTES)
    return store.free
}

/** The default of a setting of the firmware, as its schema writes it. */
function settingOf(key: string): string | number {
    const setting = DECLARED.find(known => known.key === key)
    assert.ok(setting, key)
    return Number.isNaN(Number(setting.fallback))
        ? setting.fallback
        : Number(setting.fallback)
}

/** The steps of a pattern: value, and ms that it is held. */
function stepsOf(pattern = ""): [number, number][] {
    const numbers = pattern.split(" ").map(Number)
    return numbers.flatMap((value, at): [number, number][] =>
        at % 2 ? [] : [[value, numbers[at + 1]!]]
    )
}
const lengthOf = (pattern: string | undefined) =>
    pattern ? stepsOf(pattern).reduce((sum, [, ms]) => sum + ms, 0) : 0
const ledSteps = (name: Level | "beat") =>
    stepsOf(ledPatterns()[name === "beat" ? BEAT : LEVELS.indexOf(name)])
const toneSteps = (name: Level) =>
    stepsOf(buzzerPatterns()[LEVELS.indexOf(name)])

/** Files that the test of every flipped bit and every truncation makes of one of this kind. */
function damagedFiles(kind: string): number {
    const { text } = OTA_VECTORS.find(vector => vector.kind === kind)!
    return 9 * Buffer.byteLength(text)
}

/** The table of flash wear in docs/flash-log.md, from what was measured. */
function wearFacts(): Fact[] {
    const { "batched (info)": batched, "at once (error)": atOnce } =
        bench.flash.results
    const row = (
        text: string,
        digits: number,
        figure: (wear: FlashWear) => number
    ): Fact => [
        `| ${text} | {} | {} |`,
        figure(batched!).toFixed(digits),
        figure(atOnce!).toFixed(digits),
    ]
    const years = ({ lines, erases }: FlashWear, secondsALine: number) =>
        (((lines / erases) * 2 * STORE_PAGES * CYCLES) / 86_400 / 365.25) *
        secondsALine
    return [
        row(
            "bytes programmed per byte of text as read",
            2,
            wear => wear.segmentBytes / wear.bytesAsRead
        ),
        row(
            "the same with copies",
            2,
            wear => wear.programmed / wear.bytesAsRead
        ),
        row(
            "per byte as stored (time and level take 3 bytes), copies",
            2,
            wear => wear.programmed / wear.bytes
        ),
        row(
            "page erases per 1,000 lines",
            0,
            wear => (wear.erases / wear.lines) * 1000
        ),
        row("years that 100,000 cycles last, at 1 line/s", 1, wear =>
            years(wear, 1)
        ),
        row("years that 100,000 cycles last, at 1 line/min", 0, wear =>
            years(wear, 60)
        ),
    ]
}

/** Sentences with numbers, each `{}` one that the source says. */
export const FACTS: Record<string, Fact[]> = {
    "docs/tasks.md": [
        [
            "every {} ms lets the VM attend to",
            constant("src/platform/fibers.ts", "LONGEST_TURN_MS"),
        ],
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
        ["up to {} tasks, or one", constant(TASKS, "MAX_LISTED_TASKS")],
        ["data, of up to {} tasks", constant(TASKS, "MAX_LISTED_TASKS")],
        ["a task with {} of them", constant(TASKS, "MAX_LEFT_BEHIND")],
        ["Times go up to {} ms", 0x7fffffff],
        [
            "After {} starts in a row that each lasted under {} s",
            fallback(TASKS, "maxShortStarts"),
            constant(TASKS, "STABLE_MS") / 1000,
        ],
        ["every {} days of uptime", ROUND_DAYS],
        [
            "told to stop {} s before that moment, core tasks last, and the program ends {} s before it",
            constant(TASKS_END, "RESTART_LEAD_MS") / 1000,
            constant(TASKS_END, "RESTART_MS") / 1000,
        ],
        [
            "In safe mode `firmware` returns after {} s",
            constant("src/firmware/core.ts", "SAFE_PAUSE_MS") / 1000,
        ],
        [
            "has held for {} minutes in it",
            fallback(TASKS, "safeModeMs") / 60_000,
        ],
        [
            "`add` of 50 tasks takes some {} of a slice's {} steps",
            Math.round(steps["add and start of 50 tasks"]! / 100) * 100,
            SLICE,
        ],
        [
            "`status()` of {} tasks takes some {} of a slice's {} steps",
            constant(TASKS, "MAX_LISTED_TASKS"),
            Math.round(steps["status() of 24 tasks"]! / 100) * 100,
            SLICE,
        ],
        ["after {} VM steps without a wait", SLICE],
        [
            "two writes of {} bytes per boot",
            constant("src/tasks/journal.ts", "RECORD_BYTES"),
        ],
        ["| `maxTasks` | {} |", fallback(TASKS, "maxTasks")],
        ["| `maxShortStarts` | {} |", fallback(TASKS, "maxShortStarts")],
        ['| `restart` | `"{}"` |', option(TASKS, "restart").fallback!],
        ['| `escalate` | `"{}"` |', option(TASKS, "escalate").fallback!],
        ["| `autoBoot` | `{}` |", option(TASKS, "autoBoot").fallback!],
        [
            "writes of at most {} bytes per `disable`",
            constant(FLASH, "MAX_VALUE_BYTES"),
        ],
        ["two times {} bytes of flash", constant(FLASH, "MAX_VALUE_BYTES")],
        [
            "{} disabled tasks with names of {} letters",
            literal(
                "test/device/tasks-keep-races.ts",
                /"(\d+) disabled tasks fit into flash"/
            ),
            "a-task-of-12".length + 2,
        ],
        ["{} ms, {} days", 0x7fffffff, Math.floor(0x7fffffff / 8_640_000) / 10],
        [
            "at most {} bytes for a task that sleeps",
            literal("test/system/tasks.test.ts", /sleeping <= (\d+)/),
        ],
        ...["delay", "maxDelay", "healthy", "grace"].map((name): Fact => [
            `| \`${name}\` | {} ms |`,
            fallback(TASKS, name),
        ]),
        [
            "| `maxRestarts`, `window` | {} in {} ms |",
            fallback(TASKS, "maxRestarts"),
            fallback(TASKS, "window"),
        ],
        ["| `safeModeMs` | {} |", fallback(TASKS, "safeModeMs")],
        [
            "at most {}, and at most half a period",
            UNITS[constant("src/tasks/schedule.ts", "SAME_RUN_MS")]!,
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
        [
            "says a year before {}",
            new Date(constant("src/net/time.ts", "LEAST_WALL_MS"))
                .toISOString()
                .slice(0, 4),
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
            "waits for each at most {} s",
            constant(`${LOG}/maintenance.ts`, "CLOSE_MS") / 1000,
        ],
        [
            "The levels of {} topics are cached",
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
        ["ends a program after {} steps without a wait", SLICE],
        [
            "at most {} fibers at a time",
            constant(`${LOG}/handlers/ring.ts`, "MAX_FOLLOWERS"),
        ],
        ["the numbers 0 to {} are taken", LEVELS.indexOf("debug")],
        [
            "down to once {}",
            UNITS[constant(`${LOG}/dispatch.ts`, "MAX_REFUSED_MS")]!,
        ],
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
        ["| `flushLevel` | {} |", LEVELS[fallback(FILE, "flushLevel")]!],
        [
            "(at most {}, half of its queue)",
            literal("src/settings/firmware.ts", /FLUSH_BYTES: int 1 (\d+)/),
        ],
        ["| `maxAge` | {}: never |", fallback(FILE, "maxAge")],
        [
            "stay in the queue ({} lines, {} KB by default, {} bytes in",
            fallback(`${LOG}/queue.ts`, "entries"),
            fallback(FILE, "queueBytes") / 1024,
            literal("src/firmware/logs.ts", /queueBytes: (\d+)/),
        ],
        [
            "| `queueBytes` | {} | {} to {} bytes",
            fallback(FILE, "queueBytes"),
            least(FILE, "queueBytes"),
            most(FILE, "queueBytes"),
        ],
        [
            "`maxSize` {} with two files is the most that {} slots hold",
            (SLOTS / 2) *
                constant("src/flashlog/slots.ts", "SEGMENT_TEXT_BYTES"),
            SLOTS,
        ],
        [
            "lines average less than {} bytes",
            literal(
                "test/device/file-rotation.ts",
                /lines average (\d+) bytes/
            ),
        ],
        ["what is left of the {} is divided", SLOTS],
        [
            "two halves of {} KB) at the default `FILE_MAX_SIZE` of {}",
            (STORE_PAGES * PAGE_SIZE) / 1024,
            settingOf("FILE_MAX_SIZE"),
        ],
        ["programs {} bytes of the store's entry", ENTRY_BYTES],
        [
            "A slot takes {} bytes of the store as soon as it was used once, all {} take {}",
            ENTRY_BYTES + SLOT_BYTES,
            SLOTS,
            SLOTS * (ENTRY_BYTES + SLOT_BYTES),
        ],
        [
            "they leave {} bytes of the {} of an ESP32's store free",
            freeBytes(ESP32_STORE_SIZE, "LARGE_FILE_BYTES", SLOTS),
            STORE_PAGES * PAGE_SIZE,
        ],
        [
            "{} of the {} of the store of a VM with {} KB of flash",
            freeBytes(SMALL_STORE_SIZE, "SMALL_FILE_BYTES", SLOTS),
            headerPagesFor(SMALL_STORE_SIZE / PAGE_SIZE) * PAGE_SIZE,
            SMALL_STORE_SIZE / 1024,
        ],
        [
            "give all logs together {} slots, which hold two files of {} bytes and leave {} bytes free",
            FEW_SLOTS,
            (FEW_SLOTS / 2) *
                constant("src/flashlog/slots.ts", "SEGMENT_TEXT_BYTES"),
            freeBytes(SMALL_STORE_SIZE, "SMALL_FILE_BYTES", FEW_SLOTS),
        ],
        ...wearFacts(),
        [
            "without end ({} bits)",
            Math.log2(constant("src/flashlog/format.ts", "SEQ_COUNT")),
        ],
        [
            "`digits` ({} to {}) pads",
            least(FILE, "digits"),
            most(FILE, "digits"),
        ],
    ],
    "docs/syslog.md": [
        [
            "for {} s undisturbed and has {} s to give it back. It may hold it for {} s",
            constant(ARBITER, "MIN_TURN_MS") / 1000,
            constant(ARBITER, "RECALL_GRACE_MS") / 1000,
            constant(ARBITER, "DEFAULT_HOLD_MS") / 1000,
        ],
        ["At most {} may wait for the socket", constant(ARBITER, "MAX_CLAIMS")],
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
            "so `SYSLOG_MAX` is {} to {}; a program",
            literal(SETTINGS, /SYSLOG_MAX: size (\d+) /),
            literal(SETTINGS, /SYSLOG_MAX: size \d+ (\d+)KB/) * 1024,
        ],
        ["of its own up to {} (`maxBytes`)", most(SYSLOG, "maxBytes")],
        [
            "set `SYSLOG_MAX` to {} there",
            literal(
                "test/system/syslog-firmware.test.ts",
                /SYSLOG_MAX: "(\d+)", SYSLOG_FRAME: "lf"/
            ),
        ],
        [
            "`batchBytes` ({} at once, in three writes",
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
        ["or that ends {} connections in a row", constant(WORKER, "MAX_TRIES")],
        [
            "in order within {} s, {} times:",
            constant(CONNECTION, "ARRIVED_MS") / 1000,
            constant(WORKER, "MAX_TRIES"),
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
            "of {} bytes at most unless a message of RELP or `lf` is longer",
            constant(CONNECTION, "PIECE_BYTES"),
        ],
        [
            "no more than {} reports are made at once, then {} a minute",
            REPORTS,
            60_000 / constant(WORKER, "REPORT_MS"),
        ],
        [
            "| 0: {}, {} for `tls`, {} for `relp` |",
            literal(SYSLOG, /"relp" \? \d+ : (\d+)$/m),
            literal(SYSLOG, /"tls" \? (\d+)/),
            literal(SYSLOG, /"relp" \? (\d+)/),
        ],
        [
            "`queueBytes`: the ring, {} to {} KB |",
            literal(SETTINGS, /^SYSLOG_QUEUE: size (\d+)KB/m),
            literal(SETTINGS, /^SYSLOG_QUEUE: size \S+ (\d+)KB/m),
        ],
        [
            "part of it kept after sending, {} to {} KB |",
            literal(SETTINGS, /^SYSLOG_WINDOW: size (\d+)/m),
            literal(SETTINGS, /^SYSLOG_WINDOW: size \S+ (\d+)KB/m),
        ],
        [
            "| `{}`, `{}` | `backoff`",
            settingOf("BACKOFF_MIN"),
            settingOf("BACKOFF_MAX"),
        ],
        [
            "up to {} % less at random",
            literal("src/net/backoff.ts", /^const JITTER = (\S+)$/m) * 100,
        ],
        [
            "in three writes; {} with `lf` and `relp`",
            constant(CONNECTION, "PIECE_BYTES"),
        ],
        [
            "A borrower waits some {} s at most",
            (constant(ARBITER, "MIN_TURN_MS") +
                constant(ARBITER, "RECALL_GRACE_MS")) /
                1000,
        ],
        [
            "within {} s after `recall` was called",
            constant(ARBITER, "RECALL_GRACE_MS") / 1000,
        ],
        [
            "after {} lines, and after {} with the collector away",
            constant("test/system/syslog-heap.test.ts", "LINES"),
            constant("test/system/syslog-heap.test.ts", "LINES"),
        ],
        [
            "syslog-ng {} (`sh",
            literal("test/peers/syslog-ng.ts", /@version: (\S+)/),
        ],
        ["- {} awkward records", constant(SYSLOG_FULL, "RECORDS")],
        [
            "{} minutes of a collector that closes",
            constant(SYSLOG_FULL, "STORM_MINUTES"),
        ],
        [
            "Collectors killed {} times, connections reset {} times",
            constant(SYSLOG_FULL, "KILLS"),
            constant(SYSLOG_FULL, "KILLS"),
        ],
        [
            "the board killed {} times, a page fetched every {} s for {} minutes",
            constant(SYSLOG_FULL, "BOARD_KILLS"),
            literal(SYSLOG_FULL, /sharedSocket\(t, forMs, (\d+)/) / 1000,
            constant(SYSLOG_FULL, "SHARE_MS") / 60_000,
        ],
        [
            "lateness of another task (under {} ms",
            constant("test/system/syslog-checks.ts", "JITTER_MS"),
        ],
        [
            "a connection that had held for {} s is lost",
            constant(CONNECTION, "ARRIVED_MS") / 1000,
        ],
        [
            "A collector that had held for {} s, or refused",
            constant(CONNECTION, "ARRIVED_MS") / 1000,
        ],
        [
            "{} is the example number of RFC",
            // a name, not a quantity
            option(SYSLOG, "enterprise").fallback!,
        ],
        [
            "| facility, name or {} to {} |",
            least(SYSLOG, "facility"),
            most(SYSLOG, "facility"),
        ],
        [
            "is slow ({} KB/s)",
            literal("test/peers/proxy.ts", /at (\d+) KB a second \(`slow`\)/),
        ],
        [
            "no more than {} reports, then {} a minute",
            WORDS[REPORTS]!,
            WORDS[60_000 / constant(WORKER, "REPORT_MS")]!,
        ],
        [
            "it is repeated once {}",
            UNITS[constant("src/syslog/outbox.ts", "DECLARE_MS")]!,
        ],
        ["connection has held for {},", UNITS[constant(WORKER, "STABLE_MS")]!],
    ],
    "docs/settings.md": [
        [
            "text that is read | {} characters",
            constant("src/settings/dotenv.ts", "MAX_DOTENV_LENGTH"),
        ],
        [
            "text of the file | {} bytes; {} where",
            constant("src/settings/file.ts", "LARGE_FILE_BYTES"),
            constant("src/settings/file.ts", "SMALL_FILE_BYTES"),
        ],
        [
            "settings, file and build | {};",
            constant("src/settings/problem.ts", "MAX_SETTINGS"),
        ],
        [
            "keys of one change | {} |",
            constant("src/settings/problem.ts", "MAX_CHANGED"),
        ],
        [
            "a value, filled in | {} characters",
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
            "changes at a time | {}; one more fails",
            constant("src/platform/exclusive.ts", "MAX_EXCLUSIVE_JOBS"),
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
        [
            "text, 0 to {} bytes without limits",
            constant("src/settings/schema.ts", "MAX_VALUE_LENGTH"),
        ],
        [
            "`fd.cfga{}` and `fd.cfgb0` to `fd.cfgb{}`",
            constant("src/platform/slots.ts", "CONFIG_PARTS") - 1,
            constant("src/platform/slots.ts", "CONFIG_PARTS") - 1,
        ],
        ["the text in pieces of {} bytes", constant(FLASH, "MAX_VALUE_BYTES")],
        [
            "in at most {} characters",
            constant("host/nearest.ts", "MAX_STRANGE"),
        ],
        [
            "In {} damaged files",
            literal("package.json", /"test:settings": "FILES=(\d+)/),
        ],
        [
            "{} random texts",
            literal(
                "test/host/settings-dotenv.test.ts",
                /randomTexts\((\d+_\d+), /
            ),
        ],
        [
            "after each write of {} changes",
            constant("test/device/settings-file.ts", "STEPS"),
        ],
    ],
    "docs/ota.md": [
        [
            "keeps at least {} of the VM's {} bytes of code free",
            budget().room["src/main.ts"]!,
            MAX_CODE_END - 1,
        ],
        [
            "file, with signatures and seal | {} bytes",
            constant("src/ota/file.ts", "MAX_FILE_BYTES"),
        ],
        [
            "{} s a request with all redirects, {} redirects",
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
        [
            "takes version 2 within {} s, and says `config 2: active` after {} s more",
            literal("docs/ota.md", /OTA_POLL=(\d+)s/),
            literal("docs/ota.md", /OTA_PROBATION=(\d+)s/),
        ],
        [
            "or {} s have passed without a part of it",
            constant("src/ota/updater.ts", "SENDER_TIMEOUT_MS") / 1000,
        ],
        [
            "in the first {} s after its start, unless it has asked",
            constant("src/ota/updater.ts", "SETTLED_MS") / 1000,
        ],
        [
            "no line has reached it for {} s, or since the start: no connection",
            constant("src/ota/updater.ts", "COLLECTOR_PATIENCE_MS") / 1000,
        ],
        ["| body | {} bytes |", constant(OTA_FILE, "MAX_BODY_BYTES")],
        [
            "| body, on a board with the 8 KB store | {} bytes |",
            constant(OTA_FILE, "SMALL_BODY_BYTES"),
        ],
        ["| version | 1 to {} |", 2 ** 31 - 1],
        ["| signatures | {} |", constant(OTA_FILE, "MAX_SIGNATURES")],
        [
            "| signature of LMS (height 5, 10, 15) | {}, {}, {} bytes |",
            lmsBytes(5),
            lmsBytes(10),
            lmsBytes(15),
        ],
        [
            "| size in a file | {} bytes | {} to {} bytes |",
            bytesInFile("hmac", 32),
            bytesInFile("lms", lmsBytes(5)),
            bytesInFile("lms", lmsBytes(15)),
        ],
        [
            "in base64, {} characters a line",
            constant(OTA_FILE, "SIGNATURE_LINE"),
        ],
        [
            "`seal=NONCE` ({} hexadecimal digits)",
            2 * constant("host/ota/seal.ts", "NONCE_BYTES"),
        ],
        ["in pieces of {} bytes,", constant("host/ota/seal.ts", "LINE_BYTES")],
        [
            "under the board's key, {} hexadecimal digits",
            2 * constant("host/ota/keys.ts", "HMAC_KEY_BYTES"),
        ],
        [
            "the first {} bytes of the SHA-256 of its body",
            constant("src/ota/file.ts", "SHORT_HASH_BYTES"),
        ],
        [
            "({} unless `--height` says otherwise)",
            constant(LMS_KEY, "DEFAULT_HEIGHT"),
        ],
        [
            "less up to {}% at random",
            literal("src/ota/pull.ts", /^const JITTER = (\S+)$/m) * 100,
        ],
        [
            "received whole ({} bytes at most)",
            constant("src/ota/file.ts", "MAX_FILE_BYTES"),
        ],
        [
            "{} bytes of body by length or chunked",
            constant("src/ota/file.ts", "MAX_FILE_BYTES"),
        ],
        [
            "which syslog lends for at most {} s",
            (constant(HTTP, "HTTP_TIMEOUT_MS") +
                literal("src/ota/pull.ts", /HTTP_TIMEOUT_MS \+ (\d+)/)) /
                1000,
        ],
        [
            "takes {} to {} bytes of heap beside the file, in pieces of {}",
            lmsBytes(5),
            lmsBytes(15),
            (constant(OTA_FILE, "SIGNATURE_LINE") * 3) / 4,
        ],
        [
            "and syslog has {} bytes of heap left",
            Math.min(
                ...["checked", "committing"].map(
                    moment =>
                        heapOf(`update in a storm, collector away: ${moment}`)
                            .left!.median
                )
            ),
        ],
        ["- {} power cuts", literal(CAMPAIGNS, /cutAtRandom\((\d+)\)/)],
        [
            "the same version {} times and an older one {} times",
            literal(CAMPAIGNS, /deliverAgain\((\d+)\)/),
            literal(CAMPAIGNS, /deliverAgain\((\d+)\)/),
        ],
        [
            "({}, {} and {} damaged files)",
            ...["hmac", "lms", "sealed"].map(damagedFiles),
        ],
        [
            "{} boards, {}% of the messages lost",
            literal(CAMPAIGNS, /updateFleet\((\d+)\)/),
            constant("test/device/support/ota-campaigns.ts", "LOST"),
        ],
        ["cut to {} bytes, Winternitz {}, trees of height", OTS.n, OTS.w],
        [
            "one block: 1 to {}, or {} to {},",
            2 ** HEIGHT - 1,
            2 ** HEIGHT,
            2 * 2 ** HEIGHT - 1,
        ],
        [
            "some {} hashes in slices of at most {},",
            Math.round((OTS.p * (2 ** OTS.w - 1)) / 200) * 100,
            2 ** OTS.w - 1,
        ],
        [
            "the same {} of them each time",
            literal(
                "test/device/support/ota-campaigns.ts",
                /IN_SHARE = \[((?:\d+, )+\d+)\]/,
                list => list.split(",").length
            ),
        ],
        [
            "| `OTA_KEY`, {} hexadecimal digits |",
            literal("src/ota/settings.ts", /OTA_KEY: key \d+ (\d+)/),
        ],
        [
            "| `OTA_KEY` | | {} hexadecimal digits",
            literal("src/ota/settings.ts", /OTA_KEY: key \d+ (\d+)/),
        ],
        [
            "the nonce is the header's {} bytes",
            constant("host/ota/seal.ts", "NONCE_BYTES"),
        ],
        ["by LMS ({} bytes, height {}) is some", OTS.n, HEIGHT],
        ["A key of height {} signs", HEIGHT],
        ["exit code {} and the reason when it is not valid", FAILED],
        ["exit code {} and the reason when it is refused", FAILED],
        [
            "a share of {}% reaches",
            literal(
                "test/device/support/ota-campaigns.ts",
                /bring\(board, 2, (\d+), /
            ),
        ],
        [
            "trees of height {}, {} or {} (",
            literal(LMS_KEY, /(\d+), \d+ or \d+ is wanted/),
            literal(LMS_KEY, /\d+, (\d+) or \d+ is wanted/),
            literal(LMS_KEY, /\d+, \d+ or (\d+) is wanted/),
        ],
        [
            "the version modulo {}^height",
            literal(LMS_KEY, /size = (\d) \*\* secret\.tree\.h$/m),
        ],
        [
            "the board starts a {} time on probation",
            ["first", "second", "third"][
                constant("src/ota/probation.ts", "MAX_STARTS") - 1
            ]!,
        ],
        [
            "or restarts {} times within seconds",
            WORDS[constant("src/ota/crashes.ts", "LOOP_RESTARTS")]!,
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
        ...BOARDS.map(({ id, led, buzzer, chip }): Fact => [
            `| \`${id}\` | ${chip.name.replace(/^esp32(?=.)/, "esp32-").toUpperCase()} | GPIO{}, GPIO{} | {} KB |`,
            led,
            buzzer,
            chip.heapKB,
        ]),
        [
            "whole firmware with 5 tasks takes {} bytes",
            heapOf("firmware, 5 tasks").used!.median,
        ],
        [
            "(two settings files of {} bytes, two log files of {},",
            constant("src/settings/file.ts", "LARGE_FILE_BYTES"),
            literal(SETTINGS, /^FILE_MAX_SIZE: size \d+ (\d+)/m),
        ],
        ["the {} bytes of each entry", ENTRY_BYTES],
        [
            "leave too little of the {} KB that the VM has",
            (STORE_PAGES * PAGE_SIZE) / 1024,
        ],
        ["60001 {} steps without a wait", SLICE],
        [
            "pinned to release {} of",
            /RELEASE = "(\S+)"/.exec(
                readFileSync("host/boards/runtime.ts", "utf8")
            )![1]!,
        ],
        [
            "with all but {} KB of the VM's heap held",
            literal(
                "bench/programs/ballast.ts",
                /SMALL_HEAP_BYTES = (\d+) \* 1024/
            ),
        ],
        [
            "no remote control | {} B |",
            // held by test/system/small-heap.test.ts: a run of it comes within 5% of this
            Math.round(
                heapOf("40 KB: tasks, syslog, files").left!.median / 100
            ) * 100,
        ],
        [
            "two log files of {}, {} for states and the boot journal",
            literal(SETTINGS, /^FILE_MAX_SIZE: size \d+ (\d+)/m),
            // what is left of all by files and by entries
            constant("host/boards/image.ts", "RESERVE_BYTES") -
                2 * constant("src/settings/file.ts", "LARGE_FILE_BYTES") -
                2 * literal(SETTINGS, /^FILE_MAX_SIZE: size \d+ (\d+)/m) -
                (2 * constant("src/platform/slots.ts", "CONFIG_PARTS") +
                    SLOTS) *
                    ENTRY_BYTES,
        ],
        [
            "may garble at {} Mbaud",
            constant("host/serial/baud.ts", "RUNTIME_BAUD") / 1_000_000,
        ],
        ['"{} KB of heap"', SMALL_HEAP_KB],
        ["## {} KB of heap", SMALL_HEAP_KB],
        ["on {} KB it runs out", SMALL_HEAP_KB],
        [
            "`npm run bench -- --only heap`), {} tasks",
            literal(
                "bench/programs/heap-parts.ts",
                /tasks\.names\(\)\.length; i < (\d+)/
            ),
        ],
        [
            "the program's own code {} s later",
            constant("src/firmware/core.ts", "SAFE_PAUSE_MS") / 1000,
        ],
        [
            "after {} short starts in a row",
            WORDS[Number(settingOf("SAFE_STARTS"))]!,
        ],
        [
            "a {} stays free",
            literal("host/boards/image.ts", /FREE_SHARE = (\S+)/) === 1 / 4
                ? "quarter"
                : "share",
        ],
    ],
    "docs/web.md": [
        ["the last {} lines", constant("host/web/protocol.ts", "MAX_LINES")],
        [
            "read again every {} s",
            constant("host/web/page/settings.tsx", "ASK_MS") / 1000,
        ],
        [
            "127.0.0.1:{}/",
            constant("host/web/server/web-server.ts", "DEFAULT_PORT"),
        ],
        [
            "at most every {} s",
            constant("host/web/server/asked-flash.ts", "READ_MS") / 1000,
        ],
        ["the entry of the program ({} bytes)", ENTRY_BYTES],
        ["deleted ({} bytes each)", ENTRY_BYTES + 8],
        [
            "the last {}, kept by the server",
            UNITS[constant("host/web/protocol.ts", "KEPT_MS")]!.split(" ")[1]!,
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
        [
            "{} when nobody reads the output",
            constant("host/output.ts", "PIPE_CLOSED"),
        ],
        ["{} wrong usage, {} timed out", USAGE, TIME_OVER],
        [
            "timed out, {}, {} and {} after SIGINT, SIGTERM and SIGHUP",
            128 + constants.signals.SIGINT,
            128 + constants.signals.SIGTERM,
            128 + constants.signals.SIGHUP,
        ],
        ["ends with {} on `panic`", FAILED],
        ["`--timeout S` | ends with {} when", TIME_OVER],
        ["ends with 0, or {} when what is expected", FAILED],
        ["0 success, {} the program or the build failed", FAILED],
        [
            "its last {} runs were shorter",
            WORDS[constant("host/commands/sim-health.ts", "LOOP_RUNS")]!,
        ],
    ],
    "docs/vm.md": [
        [
            "does in slices do so every {} ms",
            constant("src/platform/fibers.ts", "LONGEST_TURN_MS"),
        ],
        [
            "After {} days of uptime, and after each {} days",
            ROUND_DAYS,
            ROUND_DAYS,
        ],
        ["**{} steps without a switch", SLICE],
        ["| 60001 | {} steps without a switch", SLICE],
        [
            "`@devicescript/cli` {}, and",
            /"@devicescript\/cli": "(\S+)"/.exec(
                readFileSync("package.json", "utf8")
            )![1]!,
        ],
        [
            "must end below byte {} of the image",
            constant("bench/lib/image.ts", "CODE_LIMIT"),
        ],
        [
            "A packet of the bus carries {} bytes",
            constant("host/client/protocol.ts", "MAX_PAYLOAD"),
        ],
        [
            "a method {} bytes",
            literal(
                "host/commands/sizes-table.ts",
                /a method takes (\d+) bytes of heap/
            ),
        ],
        ["A key has at most {} characters", constant(FLASH, "MAX_KEY_BYTES")],
        ["write at most {}.", constant(FLASH, "MAX_VALUE_BYTES")],
        ["appends an entry: {} bytes and the value", ENTRY_BYTES],
        ["stays, {} bytes, also when it is deleted", ENTRY_BYTES + 8],
        [
            "has {} KB ({} KB on an ESP32-S2)",
            Math.max(...BOARDS.map(({ chip }) => chip.heapKB)),
            SMALL_HEAP_KB,
        ],
    ],
    "README.md": [["Node {} or later", NODE]],
    "docs/quick-start.md": [
        ["Node {} or later", NODE],
        ["The VM takes {} bytes of code", MAX_CODE_END - 1],
        [
            "takes less than {} of them",
            constant("test/host/bench-size.test.ts", "OWN_BYTES"),
        ],
        ["all parts: `firmware` | {}", budget().room["src/main.ts"]!],
        [
            "| without `remote` | {}",
            budget().room["bench/programs/size-unattended.ts"]!,
        ],
        [
            "settings by the build only: `startFixed` | {}",
            budget().room["bench/programs/size-fixed.ts"]!,
        ],
        [
            "`flashLog`, `heartbeat` | {}",
            budget().room["bench/programs/size-local.ts"]!,
        ],
        [
            "in place of flash log and heartbeat | {}",
            budget().room["examples/over-the-air.ts"]!,
        ],
    ],
    "docs/fiberctl.md": [
        [
            "packets of at most {} bytes at once",
            constant("host/client/protocol.ts", "MAX_PAYLOAD"),
        ],
        [
            "at {} baud where the board",
            constant("host/serial/baud.ts", "RUNTIME_BAUD"),
        ],
        [
            "among the last {} of the log",
            constant("host/commands/status.ts", "LAST_LINES"),
        ],
        [
            "`npm run test:fleet` runs {} for a minute",
            literal("test/system/fleet-full.ts", /runFleetFor\(t, (\d+), 60\)/),
        ],
        [
            "{} random and mutated packets",
            literal("test/system/remote-full.ts", /fuzz\(t, (\d+_\d+), /),
        ],
        ["| {} | failed, or refused by the board |", FAILED],
        ["| {} | wrong usage |", USAGE],
        [
            "| {} | no such task, or no such device |",
            literal("host/client/errors.ts", /exitCode = (\d)/),
        ],
        ["| {} | the board did not answer in time |", TIME_OVER],
        [
            "`status NAME` the last {}, out of",
            WORDS[constant("host/commands/status.ts", "LINES")]!,
        ],
    ],
    "docs/architecture.md": [
        [
            "2 x {} of text",
            constant("src/settings/file.ts", "LARGE_FILE_BYTES"),
        ],
        [
            "| `fd.log00` to `fd.log{}` | {} x {} |",
            SLOTS - 1,
            SLOTS,
            constant(FLASH, "MAX_VALUE_BYTES"),
        ],
        ["`fd.tasks2` | 2 x {} |", constant(FLASH, "MAX_VALUE_BYTES")],
        ["`fd.boot` | {} |", constant("src/tasks/journal.ts", "RECORD_BYTES")],
    ],
    "docs/optimiser.md": [
        [
            "must end below byte {} of its image",
            constant("bench/lib/image.ts", "CODE_LIMIT"),
        ],
        [
            "at most {} places of the stack",
            constant("host/optimise/format.ts", "MAX_STACK_DEPTH"),
        ],
    ],
    "services/fiberd.md": [
        [
            "one of the last {} changes",
            constant("src/remote/server.ts", "KEPT_IDS"),
        ],
    ],
    "docs/heartbeat.md": [
        ["| beat | one blink of {} ms |", ledSteps("beat")[0]![1]],
        ["| trace to notice | one blink of {} ms |", ledSteps("info")[0]![1]],
        ["three blinks of {} ms |", ledSteps("warning")[0]![1]],
        [
            "| error | two of {} ms | {} Hz, then {} Hz |",
            ledSteps("error")[0]![1],
            toneSteps("error")[0]![0],
            toneSteps("error")[2]![0],
        ],
        [
            "three of {} ms, then one of {} ms | three of {} Hz, then {} Hz |",
            ledSteps("critical")[0]![1],
            ledSteps("critical")[6]![1],
            toneSteps("critical")[0]![0],
            toneSteps("critical")[6]![0],
        ],
        [
            "the longest takes {} s",
            Math.max(...[...ledPatterns(), ...buzzerPatterns()].map(lengthOf)) /
                1000,
        ],
        ["from 0 (emergency) to {} (trace)", LEVELS.length - 1],
    ],
    "bench/README.md": [
        [
            "last soak: {} panics, {} records unexplained",
            soak.panics.length,
            soak.balance.unexplained,
        ],
        [
            "has {} by the clock and {} by CPU time",
            Math.round(
                bench.throughput.results["log call to collector"].median
            ),
            Math.round(
                bench.throughput.results.byCpuTime["log call to collector"]!
                    .median
            ),
        ],
        [
            "must end below {} bytes** of the image",
            constant("bench/lib/image.ts", "CODE_LIMIT"),
        ],
        ["may take {} steps (opcodes)", SLICE],
        [
            "after {} and after {} planned runs",
            constant("bench/parts/steps.ts", "FEW_RUNS"),
            constant("bench/parts/steps.ts", "MANY_RUNS"),
        ],
        [
            "grown by more than {}%",
            literal("bench/parts/steps.ts", /TOLERANCE = (\S+)/) * 100,
        ],
        [
            "in each of {} slices",
            constant("bench/lib/time-calls.ts", "WARM_UP") +
                constant("bench/lib/time-calls.ts", "SLICES"),
        ],
        [
            "without the first {} slices",
            constant("bench/lib/time-calls.ts", "WARM_UP"),
        ],
        [
            "({} by the log, {} ready ones)",
            constant("bench/lib/time-ways.ts", "LINES"),
            constant("bench/lib/time-ways.ts", "READY_LINES"),
        ],
        [
            "Every {} calls the program waits",
            constant("bench/programs/throughput.ts", "CALLS_A_TURN"),
        ],
        ["blocks of {} bytes", constant("bench/lib/probe.ts", "BLOCK_BYTES")],
        ["Years: {} erases of each page", CYCLES],
        [
            "a load of {} lines a second, one in {} of them an error",
            constant("bench/soak.ts", "SUSTAINED"),
            literal("bench/programs/load.ts", /\+\+produced % (\d+)/),
        ],
        [
            "At the end come {} s without load",
            constant("bench/programs/load.ts", "DRY_MS") / 1000,
        ],
        [
            "a run of {} s without faults",
            constant("bench/soak.ts", "SHORT_SECONDS"),
        ],
        [
            "{} times the sustainable rate for {} s",
            constant("bench/soak.ts", "STORM_FACTOR"),
            constant("bench/soak.ts", "STORM_SECONDS"),
        ],
        [
            "`--storm` logs {} lines a second",
            constant("bench/soak.ts", "SUSTAINED") *
                constant("bench/soak.ts", "STORM_FACTOR"),
        ],
        [
            "{} runs of failing collectors",
            literal("bench/outages.ts", /runs: .*default: "(\d+)"/),
        ],
        [
            "period of {} ms notes how late it beats",
            constant("bench/programs/load.ts", "PULSE_MS"),
        ],
        [
            "each beat that is {} ms late or more",
            constant("bench/programs/load.ts", "LATE_MS"),
        ],
        [
            "| by up to {} bytes |",
            Math.max(
                ...Object.values(bench.heap.results).map(
                    ({ left }) => left!.max - left!.min
                )
            ),
        ],
        [
            "`peers/asyncmd.py` logs as asyncmd's services do, {} lines a run",
            literal("bench/lib/asyncmd.ts", /LINES = 8 \* (\S+)/),
        ],
        [
            "each beat that was {} ms late or more",
            constant("bench/programs/load.ts", "LATE_MS"),
        ],
        [
            "**Beats under {} ms late",
            constant("bench/programs/load.ts", "LATE_MS"),
        ],
        [
            "the program waits for {} ms",
            literal(
                "bench/programs/throughput.ts",
                /sleep\(i < turn \? 0 : (\d+)\)/
            ),
        ],
        [
            "At rest `SAFE_SECONDS` is {},",
            literal("bench/parts/flash.ts", /SAFE_SECONDS: "(\d+)"/),
        ],
    ],
}

/** What the VM does, by its source: nothing here can be compared with it. */
export const VM = "the VM"
/** What a standard or another program says, what a thing is called, and examples. */
export const NAME = "a name"

/**
 * Words with numbers that are no facts of the source, and what they are from. A file is a test
 * that fails when they are false.
 */
export const OTHER_NUMBERS: Record<string, Record<string, string>> = {
    "bench/README.md": {
        "--minutes 60": NAME,
        "in 16 bits": VM,
        "(header of 112 bytes, 16 bytes for each function": VM,
        "from 17 runs": NAME,
        "240 MHz": NAME,
        "64 bit": NAME,
        "38,000, 20,000 and 21,500 lines": NAME,
        "a 32-bit build": NAME,
        "its 32-bit libraries": NAME,
        "1.5 bytes programmed for a byte of text": "test/device/file-policy.ts",
    },
    "docs/board.md": {
        "starts again in 5 s": VM,
    },
    "docs/fiberctl.md": { "one every 20 ms": VM, "(QoS 2)": NAME },
    "docs/flash-log.md": {
        "read as 20 characters": NAME,
        "times `maxCount` + 1)": "test/device/file-rotation.ts",
    },
    "docs/heartbeat.md": {
        "from 0 to 1": NAME,
        "every 20 ms: steps shorter than 40 ms": VM,
    },
    "docs/optimiser.md": {
        "in 16 bits": VM,
        "in some 70% of the code": "test/host/bench-size.test.ts",
        "below 248": "test/optimise/encoding.test.ts",
        "TypeScript 7": NAME,
    },
    "docs/ota.md": {
        "(16 hexadecimal digits in lower case)": "test/host/ota-file.test.ts",
        "(1 to 100)": "test/host/ota-file.test.ts",
        "below 25: a place is the first 3 bytes": "test/host/ota-file.test.ts",
        "modulo 100": "test/host/ota-file.test.ts",
        "the boards of 1% are among those of 10%": NAME,
    },
    "docs/settings.md": { "where the flash store has 8 KB": NAME },
    "docs/syslog.md": {
        "rsyslogd 8 (": NAME,
        "HAProxy 2.6 (": NAME,
        "U+2028": NAME,
        "no year from 2100 on": NAME,
    },
    "docs/vm.md": {
        "32-bit integer": VM,
        "cuts a line at 296 bytes": VM,
        "keeps that time in 32 bits": VM,
        "starts again 5 s later": VM,
        "some 80 to 100 small frames": VM,
        "Wait 1 ms now and then": VM,
        "some 30% off the code": "test/host/bench-size.test.ts",
        "about 228 bytes with its key": VM,
        "at most 8 arguments, and a text of a template, `+` or `console.log` 7 values":
            "test/host/build.test.ts",
        "at most some 14 arguments": VM,
        "have 7 digits as text, 6 below 1": "test/device/language.ts",
        '`parseInt("1e3")` is 1000, `+"7px"` 7,': "test/device/language.ts",
        "`Math.round(-0.5)` is -1": "test/device/language.ts",
        "`Infinity | 0` is 1": "test/device/language.ts",
    },
    "docs/web.md": { "whole words of 8 bytes": VM },
}

/** A fact as the page must have it. */
export function wordingOf([sentence, ...values]: Fact): string {
    let next = 0
    const wording = sentence.replaceAll("{}", () =>
        // a port is no quantity
        /:\{\}\/|^\| 0: /.test(sentence)
            ? String(values[next++])
            : values[next++]!.toLocaleString("en")
    )
    assert.equal(next, values.length, sentence)
    return wording
}
