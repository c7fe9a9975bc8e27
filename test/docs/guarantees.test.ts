// rows: D4
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

/**
 * What the pages promise, and the test that fails when it is false: its file, and its name or the
 * beginning of it. A promise or a test that changes its words is to be looked at here again.
 */
const GUARANTEES: Record<
    string,
    [promise: string, file: string, name: string][]
> = {
    "README.md": [
        [
            "A log call never waits and never throws",
            "device/log-fuzz.ts",
            "calls: none throws, no handler is lost",
        ],
        [
            "what a full queue drops is counted and reported",
            "device/log-slow.ts",
            "drops are one record when the queue is low again",
        ],
        [
            "a task that throws does not affect others",
            "device/tasks-basic.ts",
            "what a task throws ends nothing but the task",
        ],
        [
            "both log files survive a power cut between any two flash writes",
            "system/powercut.test.ts",
            "flash logs, power cut after write",
        ],
    ],
    "docs/tasks.md": [
        [
            "Each takes the place of a task until it ends",
            "device/tasks-left.ts",
            "they are bounded: a task with too many does not start",
        ],
        [
            "Supervision takes one fiber and one timer for all tasks, and no step while nothing is due",
            "device/tasks-soak.ts",
            "one fiber and one timer supervise them, idle without a step",
        ],
        [
            "at most two writes of 12 bytes per boot",
            "device/tasks-kept.ts",
            "at most two writes per boot",
        ],
    ],
    "docs/log.md": [
        [
            "so that no text can forge a line",
            "device/log-fuzz.ts",
            "forged messages are as many lines in ring, file and on the console",
        ],
        [
            "is taken out and reported once by name",
            "device/log-faults.ts",
            "a handler: reported once by name, the caller never sees it",
        ],
        [
            "Instead of a formatter that is out the default one makes the line",
            "device/log-faults.ts",
            "a formatter: the line is made by the default one meanwhile",
        ],
        [
            "holds at every moment: received = delivered + queued + dropped",
            "device/log-slow.ts",
            "every account adds up at every moment of an overload",
        ],
        [
            "it passes whatever the handler's level",
            "device/log-overload.ts",
            "the report gets through at any level of the handler",
        ],
    ],
    "docs/flash-log.md": [
        [
            "After a power cut between any two flash writes, every flushed line is there",
            "device/file-recovery.ts",
            "after every write, and after every write of the recovery",
        ],
        [
            "A failed write is reported once",
            "device/file-policy.ts",
            "a flash that fails is reported once, and nothing is lost",
        ],
        [
            "what does not fit is dropped and counted",
            "device/file-policy.ts",
            "what the queue cannot hold is dropped and counted",
        ],
        [
            "A file that is rotated away while it is being read ends early",
            "device/file-reading.ts",
            "a file that is rotated away meanwhile ends early",
        ],
        [
            "one that does not fit is refused with an `OptionError`",
            "device/file-shares.ts",
            "one that does not fit is refused, and harms none",
        ],
    ],
    "docs/heartbeat.md": [
        [
            "A pattern is never interrupted",
            "device/heartbeat-player.ts",
            "does not cut a running pattern",
        ],
        [
            "the most severe plays next",
            "device/heartbeat-player.ts",
            "plays the worst of what came meanwhile, once",
        ],
        [
            "When a device throws, the pattern is dropped",
            "device/heartbeat-player.ts",
            "survives a device that throws",
        ],
    ],
    "docs/syslog.md": [
        [
            "nothing counts as sent before the handshake is over",
            "device/syslog-delivery.ts",
            "nothing is sent over TLS before the certificate was checked",
        ],
        [
            "A record is forgotten only when the collector has answered it",
            "device/syslog-delivery.ts",
            "a record counts when it is answered, not before",
        ],
        [
            "is given up and declared, and the rest is sent",
            "device/syslog-delivery.ts",
            "a record that is refused five times is given up and declared",
        ],
        [
            "an outage is reported once",
            "device/syslog-delivery.ts",
            "an outage is reported once, however long",
        ],
        [
            "is sent again, with the sequenceId it had",
            "device/syslog-delivery.ts",
            "after a break the window is sent again with its sequenceIds",
        ],
    ],
    "docs/settings.md": [
        [
            "shows a piece of a secret",
            "device/settings-values.ts",
            "never show a secret",
        ],
        [
            "all or none, listeners are called once",
            "device/settings-values.ts",
            "is not changed when one of several is refused",
        ],
        [
            "leaves the old file or the new one, whole",
            "device/settings-file.ts",
            "between any two writes leaves the old file or the new one",
        ],
        [
            "A set with one wrong bit is replaced by the one before",
            "device/settings-file.ts",
            "gives way to the one before, whatever bit is wrong",
        ],
        [
            "of a changed one only pieces that differ are written",
            "device/settings-file.ts",
            "writes of a change only the pieces that are new",
        ],
    ],
    "docs/ota.md": [
        [
            "A file that is refused writes nothing",
            "device/ota-updater.ts",
            "is refused with its reason, and nothing is written",
        ],
        [
            "the board has the old version or the new one, whole",
            "device/ota-updater.ts",
            "at every write of an update and of the way back leaves one version",
        ],
        [
            "A board has the same place in every rollout",
            "device/ota-verify.ts",
            "a board keeps its place in all rollouts",
        ],
    ],
    "docs/web.md": [
        [
            "a page on the Internet cannot drive a board",
            "web/access.test.ts",
            "another page may not drive a board",
        ],
        [
            "every request needs the token",
            "web/access.test.ts",
            "beyond this machine each request needs the token",
        ],
        [
            "loads nothing from elsewhere",
            "web/access.test.ts",
            "the page is small and fetches nothing from elsewhere",
        ],
    ],
}

const joined = (file: string) =>
    readFileSync(file, "utf8").replaceAll(/\s+/g, " ")

for (const [page, promises] of Object.entries(GUARANTEES))
    test(`what ${page} promises has a test`, () => {
        const text = joined(page)
        for (const [promise, file, name] of promises) {
            assert.ok(text.includes(promise), `not found: ${promise}`)
            assert.ok(
                joined(`test/${file}`).includes(name),
                `test/${file}: no test "${name}"`
            )
        }
    })
