// rows: B4
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { API_REPORT, apiReport, exportedNames } from "../../host/lint/api.ts"

const names = exportedNames()

test("the door exports what its report says", () => {
    assert.equal(
        apiReport(names),
        readFileSync(API_REPORT, "utf8"),
        "if the change is meant: npm run api"
    )
})

test("all that the door exports has a doc comment", () => {
    const bare = names.filter(({ isDocumented }) => !isDocumented)
    assert.deepEqual(
        bare.map(({ name }) => name),
        []
    )
})

test("the names that programs rely on are there", () => {
    const wanted =
        "LogSystem Logger ServiceLogger ConsoleHandler RingHandler FileRotationHandler " +
        "HeartBeatHandler RsyslogHandler LogReceiver topicFilter taskFilter levelFilter " +
        "progressFilter TemplateFormatter LINE_FORMATTER EMERGENCY ALERT CRITICAL ERROR WARNING " +
        "NOTICE INFO DEBUG TRACE NONE TaskRegistry Task BootJournal Rsyslogger SocketArbiter " +
        "SystemClock SettingsFlash LedHeartBeat BuzzerHeartBeat Settings SettingsFile firmware"
    const there = new Set(names.map(({ name }) => name))
    const missing = wanted.split(" ").filter(name => !there.has(name))
    assert.deepEqual(missing, [])
})
