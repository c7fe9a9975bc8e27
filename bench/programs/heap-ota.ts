// Heap at the worst moments of a board that takes updates: settings file, updates and syslog, five
// tasks, three of which log without a pause, a collector that is away, and a signed file of the greatest
// length, when its settings have been checked and when it is about to be committed, as
// `MOMENT` says. The parts of the file are made one by one, as the bus brings them.
import * as ds from "@devicescript/core"
import {
    busClock,
    flash,
    guardStart,
    network,
    ota,
    OTA_SETTINGS,
    pullUpdates,
    reportUpdates,
    settingsFile,
    SignedFile,
    socketArbiter,
    startCore,
    syslog,
    SYSLOG_SETTINGS,
    tasks,
    TrustedKeys,
    verifyHmac,
} from "../../src"
import { hmacSha256 } from "../../src/platform"
import { LARGE_FILE_BYTES } from "../../src/settings"
import { takeHeap } from "./probe"

/** Longer than a board takes no version after its start, ms. */
const STORM_MS = 13000
/** Parts as the bus brings them. */
const PART_BYTES = 100
const HEADER = "#ota version=1 share=100%\n"
const BODY = `HOSTNAME=roof-of-the-town-hall
LOG_LEVEL="info debug@net warning@task.*"
LOG_BURST=200
SYSLOG_APP=weather
SYSLOG_FAC=local3
SYSLOG_LEVEL=notice
BACKOFF_MAX=20s
OTA_POLL=10m
OTA_PROBATION=5m
`

/** The signed file; it is made anew for each part, so that none of it is kept. */
function signedFile(): Buffer {
    let filler = "################"
    while (filler.length < LARGE_FILE_BYTES) filler += filler
    const length = LARGE_FILE_BYTES - BODY.byteLength - 1
    const body = BODY + filler.slice(0, length) + "\n"
    const key = Buffer.from(settings.get("OTA_KEY"), "hex")
    const mac = hmacSha256(key, [HEADER, body]).toString("hex")
    return Buffer.from(`${HEADER}#ota hmac=${mac}\n${body}`)
}

/** A file is verified by the old keys, and by its own when all of it has been checked. */
async function verify(file: SignedFile, keys: TrustedKeys): Promise<boolean> {
    if (++verified === 2 && moment === '"check"') takeHeap()
    return await verifyHmac(file, keys)
}

const guard = await guardStart(settingsFile)
const settings = await startCore([SYSLOG_SETTINGS, OTA_SETTINGS])
syslog(settings)
busClock()
network()
const moment = (await flash.read("MOMENT")).toString()
let verified = 0
const updates = ota(settings, guard, verify, all => [
    pullUpdates(all, socketArbiter()),
    reportUpdates(all, socketArbiter()),
])
for (const name of ["one", "two", "three"])
    tasks.add(name, async task => {
        while (true) {
            task.log.warning("a line of a storm that nobody takes away")
            await task.sleep(1)
        }
    })
await ds.sleep(STORM_MS)

const write = flash.write
flash.write = async (slot, value) => {
    // the commit record is the last write
    if (slot.startsWith("fd.cfg") && slot.slice(-1) === "0") takeHeap()
    await write(slot, value)
}
const total = signedFile().length
for (let at = 0; at < total; at += PART_BYTES) {
    const end = Math.min(at + PART_BYTES, total)
    await updates.offer(at, total, signedFile().slice(at, end), "")
}
