import * as ds from "@devicescript/core"
import { expect } from "@devicescript/test"
import {
    GuardReport,
    guardStart,
    offerFile,
    Ota,
    OTA_SETTINGS,
    OtaRecord,
    otaStatus,
    OtaVerdict,
    PartCollector,
    openSealed,
    Pieces,
    startOta,
    verifyLms,
    watchProbation,
} from "../../../src/ota"
import { hmacSha256, FlashSlots } from "../../../src/platform"
import { LogRecord, LogSystem } from "../../../src/log"
import {
    firmwareSettings,
    FirmwareTable,
    loadSettings,
    openSettingsFile,
    Settings,
    SettingsFile,
} from "../../../src/settings"
import { ManualClock, MemoryFlash } from "../../../src/testing"
import { OTA_DEVICE, OTA_KEY } from "../../vectors/ota"

/** Signs a file as `fiberctl ota sign` does, by HMAC. */
export function signed(
    version: number,
    body: string,
    target = `device=${OTA_DEVICE}`,
    ...keys: string[]
): Pieces {
    const header = `#ota version=${version} ${target}\n`
    const lines = [header]
    for (const key of keys.length ? keys : [OTA_KEY]) {
        const mac = hmacSha256(Buffer.from(key, "hex"), [header, body])
        lines.push(`#ota hmac=${mac.toString("hex")}\n`)
    }
    lines.push(body)
    return piecesOf(lines.join(""))
}

/** A file as it is received over the air. */
export function piecesOf(text: string): Pieces {
    const pieces = new Pieces()
    pieces.add(Buffer.from(text))
    return pieces
}

/** Records of the log that a board keeps. */
const MAX_RECORDS = 8

/** A task as the watch over crashes sees it. */
export interface TestTask {
    state: string
    restarts: number
}

/** A board that starts, takes files, and may lose its power. */
export class OtaBoard {
    readonly clock = new ManualClock()
    readonly records: LogRecord[] = []
    private readonly log = new LogSystem(this.clock)
    readonly tasks: Record<string, TestTask> = {}
    /** Puts files together that come in messages. */
    readonly parts = new PartCollector()
    restarts = 0
    hasCollector = false
    isSafe = false
    /** Whether the board stops its tasks for a restart that others want. */
    isStopping = false
    guard: GuardReport
    settings: Settings<typeof OTA_SETTINGS | FirmwareTable>
    file: SettingsFile
    ota: Ota

    constructor(
        readonly flash: FlashSlots = new MemoryFlash(),
        readonly device = OTA_DEVICE
    ) {
        const { records } = this
        // the log uses a record again
        this.log.addHandler("test", {
            emit: record => {
                records.push({ ...record })
                if (records.length > MAX_RECORDS) records.shift()
            },
        })
    }

    /** Puts a setting on the board as a build does. */
    async build(key: string, text: string): Promise<void> {
        await this.flash.write(key, Buffer.from(JSON.stringify(text)))
    }

    /** Starts the firmware, as after a restart. */
    async start(): Promise<void> {
        const self = this
        this.file = new SettingsFile(this.flash)
        this.guard = await guardStart(this.file)
        this.settings = await loadSettings(this.flash, [
            ...firmwareSettings(),
            OTA_SETTINGS,
        ])
        await openSettingsFile(this.settings, this.file)
        this.ota = startOta({
            clock: this.clock,
            settings: this.settings,
            file: this.file,
            verify: verifyLms,
            open: openSealed,
            tasks: {
                names: () => Object.keys(self.tasks),
                get: name => self.tasks[name],
                deviceStats: () => ({ safe: self.isSafe }),
                summary: () => ({
                    state: self.isStopping ? "stopping" : "running",
                }),
            },
            log: this.log.logger("ota"),
            device: this.device,
            guard: this.guard,
            hasCollector: () => self.hasCollector,
            restart: () => {
                self.restarts++
            },
        })
        // in place of `updateBoard`
        this.ota.watcher = { state: "running", sleep: ds.sleep }
    }

    async offer(pieces: Pieces): Promise<OtaVerdict> {
        await ds.sleep(0) // the steps without a wait are limited
        return await offerFile(this.ota, pieces)
    }

    /** The board's record of versions. */
    record(): OtaRecord {
        return this.ota.record
    }

    /** Lets time pass, and checks the probation each second. */
    async pass(seconds: number): Promise<void> {
        for (let i = 0; i < seconds; i++) {
            this.clock.now += 1000
            await watchProbation(this.ota)
        }
    }

    /** `VERSION STATE REASON` */
    shown(): string {
        const { version, state, reason } = otaStatus(this.ota)
        return `${version} ${state} ${reason}`.trim()
    }
}

/** A board with the key of the vectors, started. */
export async function startedBoard(
    settings: Record<string, string> = {}
): Promise<OtaBoard> {
    const board = new OtaBoard()
    await board.build("OTA_KEY", OTA_KEY)
    await board.build("OTA_PROBATION", "30s")
    for (const key of Object.keys(settings))
        await board.build(key, settings[key])
    await board.start()
    return board
}

/** Takes a version and lets it hold. */
export async function hold(board: OtaBoard, version: number, body: string) {
    expect((await board.offer(signed(version, body))).state).toBe("probation")
    await board.start()
    await board.pass(31)
    expect(board.shown()).toBe(`${version} active`)
}
