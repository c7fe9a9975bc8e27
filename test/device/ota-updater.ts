import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { ERROR } from "../../src/log"
import {
    OTA_BODY,
    OTA_KEY,
    OTA_PUBKEY,
    OTA_VECTORS,
    OTHER_KEY,
} from "../vectors/ota"
import { SocketArbiter } from "../../src/net"
import { isAlive, piecesText, spawn } from "../../src/platform"
import {
    COLLECTOR,
    MAX_REASON,
    otaConfig,
    OtaLink,
    Pieces,
    pullUpdates,
    reportUpdates,
    SOURCE,
    takeMessage,
    verifyHmac,
    updateBoard,
} from "../../src/ota"
import { takeBack } from "../../src/ota/record"
import { hold, OtaBoard, piecesOf, signed, startedBoard } from "./support/ota"
import {
    cutAtRandom,
    CutFlash,
    deliverAgain,
    updateFleet,
} from "./support/ota-campaigns"
import { until } from "./support/until"
import { readFile } from "../../src/settings"
import { FakeSocket } from "../../src/testing"

/** Power cuts at random points; `npm run test:ota` makes 1,000. */
const RANDOM_CUTS = 12
/** Deliveries of the same file; `npm run test:ota` makes 1,000. */
const DELIVERIES = 100

/** Boards of a fleet; `npm run test:ota` has 20. */
const FLEET = 3

const A = "HOSTNAME=a\n"
const B = "HOSTNAME=b\n"

/** A source with one file, as a web server gives it: with an ETag, and 304 for one that is known. */
class Source {
    file = ""
    /** Called when the board waits for the answer. */
    meanwhile = async () => {}
    readonly socket = new FakeSocket()
    readonly pull: OtaLink

    constructor(private readonly board: OtaBoard) {
        const arbiter = new SocketArbiter(board.clock, this.socket)
        this.pull = pullUpdates(board.ota, arbiter)
    }

    /** Has the board ask when it is due; returns what it shows then. */
    async asked(afterMs = 7200000): Promise<string> {
        const { board, file, socket, meanwhile } = this
        board.clock.now += afterMs
        const tag = `"${file.length}"`
        const serve = async () => {
            const before = socket.connections.length
            while (socket.connections.length === before) await ds.sleep(1)
            const connection = socket.connections[before]
            while (!connection.sent) await ds.sleep(1)
            await meanwhile()
            const isKnown = connection.sent.indexOf(tag) >= 0
            connection.answer(
                isKnown
                    ? "HTTP/1.1 304 x\r\n\r\n"
                    : `HTTP/1.1 200 x\r\nETag: ${tag}\r\nContent-Length: ${file.length}\r\n\r\n${file}`
            )
        }
        serve.start()
        await this.pull()
        return board.shown()
    }
}

/** The last request that a source got. */
function lastSent({ socket }: Source): string {
    return socket.connections[socket.connections.length - 1].sent
}

// rows: O1 O5
describe("an update", () => {
    test("is taken, put on probation, and holds", async () => {
        const board = await startedBoard()
        expect(board.shown()).toBe("0 active")
        expect((await board.offer(signed(7, A))).state).toBe("probation")
        expect(board.restarts).toBe(1)
        await board.start()
        expect(board.settings.get("HOSTNAME")).toBe("a")
        expect(board.shown()).toBe("7 probation")
        await board.pass(29)
        expect(board.shown()).toBe("7 probation")
        await board.pass(2)
        expect(board.shown()).toBe("7 active")
        await board.start()
        expect(board.shown()).toBe("7 active")
        expect(board.restarts).toBe(1)
        const config = board.records.filter(
            r => r.meta && r.meta["config"] === 7
        )
        expect(config.map(r => r.meta["state"]).join()).toBe(
            "probation,probation,active,active"
        )
        expect(config[0].meta["reason"]).toBe("")
        expect(config[0].meta["hash"].length).toBe(16)
    })
    test("comes in the parts of one sender, whoever else sends", async () => {
        const board = await startedBoard()
        const { offer } = otaConfig(board.ota)
        await board.pass(12) // it takes none right after its start
        const file = Buffer.from(piecesText(signed(7, A).list))
        const half = file.length >> 1
        const send = async (at: number, sender: string) => {
            try {
                const end = at !== 0 ? file.length : half
                await offer(at, file.length, file.slice(at, end), sender)
                return "taken"
            } catch (e: any) {
                return e.message
            }
        }
        const busy = "another file is being received, try again"
        expect(await send(0, "1")).toBe("taken")
        expect(await send(0, "2")).toBe(busy)
        expect(await send(half, "2")).toBe(busy)
        board.clock.now += 10000
        expect(await send(0, "2")).toBe("taken")
        expect(await send(half, "1")).toBe(busy)
        expect(await send(half, "2")).toBe("taken")
        expect(board.shown()).toBe("7 probation")
    })
    test("that comes in messages gives way to others, and is forgotten in time", async () => {
        const board = await startedBoard({ OTA_URL: "http://192.0.2.1/a" })
        const { ota } = board
        const { offer } = otaConfig(ota)
        await board.pass(12)
        const file = piecesText(signed(7, A).list)
        const t = file.length
        const half = t >> 1
        const message = async (o: number) => {
            const d = file.slice(o, o === 0 ? half : t)
            await takeMessage(ota, JSON.stringify({ v: 7, o, t, d }))
        }
        // the bus begins at once, and what comes until its file is there is dropped
        const other = Buffer.from(piecesText(signed(7, B).list))
        await message(0)
        await offer(0, t, other.slice(0, half), "1")
        await message(half)
        await message(0)
        let problem = ""
        try {
            await offer(half, t, Buffer.alloc(t - half), "1")
        } catch (e: any) {
            problem = e.message
        }
        expect(problem).toBe("version 7: wrong signature")
        // so it is with a source
        const source = new Source(board)
        source.file = "<html>nothing here</html>"
        await message(0)
        source.meanwhile = async () => {
            await message(half)
            await message(0)
        }
        expect(await source.asked()).toBe(
            "0 refused file: the header is malformed"
        )
        await message(half)
        await board.pass(301)
        await message(0)
        expect(board.shown()).toBe("0 refused file: the header is malformed")
        await message(half)
        expect(board.shown()).toBe("7 probation")
    })
    test("that comes in messages outlasts answers without a file", async () => {
        const board = await startedBoard({
            OTA_URL: "http://192.0.2.1/a",
            OTA_POLL: "5s",
        })
        await hold(board, 7, A)
        const source = new Source(board)
        source.file = piecesText(signed(7, A).list)
        expect(await source.asked()).toBe("7 active")
        const file = piecesText(signed(8, B).list)
        const t = file.length
        const third = (t / 3) | 0
        const message = async (o: number, end: number) => {
            const d = file.slice(o, end)
            const json = JSON.stringify({ v: 8, o, t, d })
            await takeMessage(board.ota, json)
        }
        await message(0, third)
        // the source has what the board has
        expect(await source.asked(6000)).toBe("7 active")
        await message(third, 2 * third)
        // it is away
        source.socket.accepts = false
        board.clock.now += 6000
        await source.pull()
        source.socket.accepts = true
        await message(2 * third, t)
        expect(board.shown()).toBe("8 probation")
    })
    test("that comes in messages is forgotten, however often a source is asked", async () => {
        const board = await startedBoard({
            OTA_URL: "http://192.0.2.1/a",
            OTA_POLL: "1m",
        })
        await hold(board, 7, A)
        const source = new Source(board)
        source.file = piecesText(signed(7, A).list)
        expect(await source.asked()).toBe("7 active")
        const d = source.file
        const part = { v: 8, o: 0, t: d.length + 1, d: d.slice(0, 170) }
        await takeMessage(board.ota, JSON.stringify(part))
        expect(board.ota.received === undefined).toBe(false)
        for (let i = 0; i < 5; i++) {
            await source.asked(60000)
            await board.pass(1)
        }
        expect(board.ota.received).toBe(undefined)
    })
    test("with LMS and sealed ones are taken as well", async () => {
        const board = await startedBoard()
        expect((await board.offer(piecesOf(OTA_VECTORS[2].text))).state).toBe(
            "probation"
        )
        await board.start()
        expect(board.settings.get("HOSTNAME")).toBe("roof-3")
        const fleet = await startedBoard({ OTA_PUBKEY: OTA_PUBKEY })
        expect((await fleet.offer(piecesOf(OTA_VECTORS[1].text))).state).toBe(
            "probation"
        )
        await fleet.start()
        expect((await readFile(fleet.file)).text).toBe(OTA_BODY)
        // a key that several people may have is not enough for a fleet
        expect((await fleet.offer(piecesOf(OTA_VECTORS[2].text))).reason).toBe(
            "version 8 is on probation"
        )
        await fleet.pass(31)
        expect((await fleet.offer(piecesOf(OTA_VECTORS[2].text))).reason).toBe(
            "version 9: wrong signature"
        )
    })
    test("is refused with its reason where a public key is of no use", async () => {
        const board = await startedBoard({ OTA_PUBKEY: OTA_PUBKEY })
        board.ota.verify = verifyHmac
        const why = "OTA_PUBKEY is set, this firmware has HMAC only"
        const file = piecesOf(OTA_VECTORS[1].text)
        const { reason } = await board.offer(file)
        expect(reason.slice(reason.indexOf(": ") + 2)).toBe(why)
        // nor may a file set one
        const keyed = await startedBoard()
        keyed.ota.verify = verifyHmac
        const body = A + "OTA_PUBKEY=" + OTA_PUBKEY + "\n"
        expect((await keyed.offer(signed(7, body))).reason).toBe(
            "version 7: " + why
        )
    })
    test("is refused with its reason, and nothing is written", async () => {
        const board = await startedBoard()
        await hold(board, 7, A)
        const { stats } = board.flash
        const { writes } = stats
        const cases: [string, string][] = [
            ["rubbish", "file: the header is malformed"],
        ]
        for (const c of cases)
            expect((await board.offer(piecesOf(c[0]))).reason).toBe(c[1])
        const expectRefused = async (
            pieces: ReturnType<typeof signed>,
            reason: string
        ) => {
            const verdict = await board.offer(pieces)
            const shown = `${verdict.state}: ${verdict.reason}`
            // of a long one its beginning
            expect(shown.slice(0, reason.length)).toBe(reason)
        }
        const other = OTHER_KEY
        await expectRefused(
            signed(8, B, undefined, other),
            "refused: version 8: wrong signature"
        )
        await expectRefused(
            signed(6, B),
            "refused: version 6: it is not above 7"
        )
        await expectRefused(
            signed(7, B),
            "refused: version 7: it is not above 7"
        )
        await expectRefused(
            signed(8, "LOG_LEVEL=what\n"),
            "refused: version 8: LOG_LEVEL (line 1): wanted levels by topic, "
        )
        await expectRefused(
            signed(8, "OTA_KEY=12\n"),
            "refused: version 8: OTA_KEY (line 1): "
        )
        await expectRefused(
            signed(8, `OTA_KEY=${other}\n`),
            "refused: version 8: no key that counts after it has signed it"
        )
        await expectRefused(
            signed(8, `OTA_PUBKEY=${OTA_PUBKEY}\n`),
            "refused: version 8: no key that counts after it has signed it"
        )
        await expectRefused(
            signed(8, B, "device=0123456789abcdef"),
            "refused: version 8: for another board"
        )
        await expectRefused(
            signed(8, B, "share=82%"),
            "ignored: for other boards"
        )
        expect(board.flash.stats.writes).toBe(writes)
        expect(board.settings.get("HOSTNAME")).toBe("a")
        expect(board.restarts).toBe(1)
    })
    test("without a key there is none", async () => {
        const board = new OtaBoard()
        await board.start()
        expect(board.records.map(record => record.message).join()).toBe(
            "updates are off: no OTA_KEY, no OTA_PUBKEY"
        )
        expect((await board.offer(signed(7, A))).reason).toBe(
            "version 7: updates are off"
        )
    })
    test("is not taken while nobody would watch its probation", async () => {
        const board = await startedBoard()
        const unwatched =
            "nobody watches a probation: the task ota does not run"
        const refuse = async () => {
            const { state, reason } = await board.offer(signed(7, A))
            expect(`${state} ${reason}`).toBe(`busy ${unwatched}`)
        }
        board.ota.watcher = undefined
        await refuse()
        let isStopped = false
        const watcher = {
            state: "running",
            sleep: async () => {
                while (!isStopped) await ds.sleep(1)
                throw new Error("stopped")
            },
        }
        const body = updateBoard(board.ota)
        const task = spawn(async () => {
            await body(watcher)
        })
        const end = async () => {
            isStopped = true
            watcher.state = "stopped"
            while (isAlive(task)) await ds.sleep(1)
        }
        while (board.ota.watcher === undefined) await ds.sleep(1)
        // disabled while it waits for a server: its fiber goes on until it has an answer
        watcher.state = "disabled"
        await refuse()
        // stopped, as the board restarts: it is taken later
        board.isStopping = true
        expect((await board.offer(signed(7, A))).reason).toBe(
            "the board restarts"
        )
        board.isStopping = false
        watcher.state = "running"
        expect((await board.offer(signed(7, A))).state).toBe("probation")
        await end()
        const reason = () => otaConfig(board.ota).state().reason
        // the restart has stopped the task
        expect(reason()).toBe("")
        board.records.insert(0, -board.records.length)
        await board.start()
        // the task is not there yet
        expect(board.records[0].message).toBe("config 7: probation")
        expect(reason()).toBe("")
        const { watcher: runs } = board.ota
        board.ota.watcher = undefined
        expect(reason()).toBe("")
        await board.pass(12)
        expect(reason()).toBe(unwatched)
        board.ota.watcher = watcher
        expect(reason()).toBe(unwatched)
        board.isStopping = true
        expect(reason()).toBe("")
        board.isStopping = false
        expect(board.shown()).toBe("7 probation")
        board.ota.watcher = runs
        await board.pass(31)
        expect(board.shown()).toBe("7 active")
    })
    test("is on probation for its whole time, from when somebody watches it again", async () => {
        const board = await startedBoard()
        board.ota.links |= SOURCE
        await board.offer(signed(7, A))
        await board.start()
        // nobody has asked the source meanwhile
        board.clock.now += 31000
        let looks = 0
        const watcher = {
            state: "running",
            sleep: async () => {
                board.clock.now += 1000
                if (looks++ > 0) throw new Error("stopped")
            },
        }
        try {
            await updateBoard(board.ota)(watcher)
        } catch (e: any) {
            expect(e.message).toBe("stopped")
        }
        expect(board.shown()).toBe("7 probation")
        board.ota.links |= SOURCE
        await board.pass(30)
        expect(board.shown()).toBe("7 active")
    })
    // rows: O6
    test(`${DELIVERIES} times the same writes nothing`, async () => {
        await deliverAgain(DELIVERIES)
    })
    test("with the same settings under a higher version is active at once", async () => {
        const board = await startedBoard()
        await hold(board, 7, A)
        const { writes } = board.flash.stats
        expect((await board.offer(signed(8, A, "share=100%"))).state).toBe(
            "active"
        )
        expect(board.flash.stats.writes).toBe(writes + 1)
        expect(board.restarts).toBe(1)
        expect(board.shown()).toBe("8 active")
    })
    test("may change the key when both sign", async () => {
        const board = await startedBoard()
        const body = `OTA_KEY=${OTHER_KEY}\n`
        const both = () => signed(7, body, undefined, OTA_KEY, OTHER_KEY)
        expect((await board.offer(both())).state).toBe("probation")
        await board.start()
        expect((await board.offer(both())).state).toBe("probation")
        await board.pass(31)
        expect((await board.offer(signed(8, body))).state).toBe("refused")
        expect(
            (await board.offer(signed(8, body + A, undefined, OTHER_KEY))).state
        ).toBe("probation")
    })
})

// rows: O4
describe("probation", () => {
    test("ends with the last good one after too many starts", async () => {
        const board = await startedBoard()
        await hold(board, 7, A)
        await board.offer(signed(8, B))
        await board.start()
        expect(board.settings.get("HOSTNAME")).toBe("b")
        await board.start()
        expect(board.settings.get("HOSTNAME")).toBe("b")
        await board.start()
        expect(board.guard.isBack).toBe(true)
        expect(board.settings.get("HOSTNAME")).toBe("a")
        expect(board.shown()).toBe("7 rolled-back 3 starts in probation")
        const last = board.records[board.records.length - 1]
        expect(last.level).toBe(ERROR)
        expect(last.meta["state"]).toBe("rolled-back")
        // never again, and replays of what came before are refused as well
        expect((await board.offer(signed(8, B))).reason).toBe(
            "version 8: it was taken back: 3 starts in probation"
        )
        expect((await board.offer(signed(6, A))).reason).toBe(
            "version 6: it is not above 8"
        )
        expect((await board.offer(signed(7, A))).state).toBe("rolled-back")
        await hold(board, 9, B)
    })
    test("tells its end although a file was refused meanwhile", async () => {
        const board = await startedBoard()
        await board.offer(signed(7, A))
        await board.start()
        expect((await board.offer(signed(6, B))).state).toBe("refused")
        expect(board.shown()).toBe("7 refused version 6: it is not above 7")
        await board.pass(31)
        expect(board.shown()).toBe("7 active")
        await board.offer(signed(8, B))
        await board.start()
        await board.offer(signed(6, B))
        for (let i = 0; i < 2; i++) await board.start()
        expect(board.shown()).toBe("7 rolled-back 3 starts in probation")
    })
    test("without a file before goes back to the build's settings", async () => {
        const board = await startedBoard({ HOSTNAME: "built" })
        await board.offer(signed(1, A))
        for (let i = 0; i < 3; i++) await board.start()
        expect(board.settings.get("HOSTNAME")).toBe("built")
        expect(board.shown()).toBe("0 rolled-back 3 starts in probation")
    })

    /** What a new version breaks, how it is seen, and why it is taken back. */
    const faults: [string, string, (board: OtaBoard) => void, string][] = [
        [
            "the collector",
            "SYSLOG_HOST=192.0.2.9\n",
            board => {
                board.hasCollector = false
            },
            "no line reaches the collector",
        ],
        [
            "a task",
            B,
            board => {
                board.tasks["pump"] = { state: "waiting", restarts: 3 }
            },
            "failing: pump",
        ],
        [
            "a task for good",
            B,
            board => {
                board.tasks["pump"] = { state: "failed", restarts: 0 }
                // as many fail as before
                board.tasks["old"] = { state: "running", restarts: 0 }
            },
            "failing: pump",
        ],
        [
            "the starts",
            B,
            board => {
                board.isSafe = true
            },
            "safe mode",
        ],
        [
            "the source",
            "OTA_URL=http://192.0.2.9/\n",
            board => {
                board.ota.links &= ~SOURCE
                board.ota.sourceProblem = "192.0.2.9: no connection in time"
            },
            "source out of reach: 192.0.2.9: no connection in time",
        ],
    ]
    faults.forEach(fault => {
        const [what, body, breakIt, reason] = fault
        test(`a version that breaks ${what} is taken back`, async () => {
            const board = await startedBoard({ OTA_URL: "http://192.0.2.1/a" })
            board.tasks["pump"] = { state: "running", restarts: 0 }
            board.hasCollector = true
            board.ota.links |= SOURCE
            // what failed before does not count
            board.tasks["old"] = { state: "failed", restarts: 9 }
            await board.pass(1)
            // syslog has no socket while a file is pulled
            board.hasCollector = false
            await board.offer(signed(8, body))
            board.hasCollector = true
            await board.start()
            board.ota.links |= SOURCE
            breakIt(board)
            await board.pass(31)
            expect(board.restarts).toBe(2)
            await board.start()
            expect(board.shown()).toBe(`0 rolled-back ${reason}`)
            expect((await board.offer(signed(8, body))).state).toBe("refused")
        })
    })
    test("a collector that is away for a moment only is in reach", async () => {
        const board = await startedBoard()
        board.hasCollector = true
        await board.pass(1)
        // another task has the socket, for as long as that is usual
        board.hasCollector = false
        await board.pass(15)
        await board.offer(signed(7, A))
        expect(board.record().links).toBe(COLLECTOR)
        await board.start()
        board.hasCollector = true
        await board.pass(16)
        board.hasCollector = false
        await board.pass(15)
        expect(board.shown()).toBe("7 active")
        // the next version has no collector any more
        await board.offer(signed(8, B))
        await board.start()
        await board.pass(31)
        expect(board.shown()).toBe(
            "7 rolled-back no line reaches the collector"
        )
    })
    test("holds to what is in reach a version that comes right after a start, too", async () => {
        const board = await startedBoard()
        board.hasCollector = true
        const offer = async (version: number) => {
            const file = Buffer.from(piecesText(signed(version, A).list))
            try {
                const { offer: send } = otaConfig(board.ota)
                await send(0, file.length, file, "bus")
                return board.record().state
            } catch (e: any) {
                return e.message
            }
        }
        for (let i = 0; i < 12; i++) {
            expect(await offer(7)).toBe("the board has just started")
            await board.pass(1)
        }
        expect(await offer(7)).toBe("probation")
        expect(board.record().links).toBe(COLLECTOR)
        await board.start()
        board.hasCollector = false
        await board.pass(31)
        expect(board.shown()).toBe(
            "0 rolled-back no line reaches the collector"
        )
        await board.start()
        // the source was asked, so links are up
        board.ota.links |= SOURCE
        expect(await offer(8)).toBe("probation")
    })
    test("a link that was down before the update need not be up after it", async () => {
        const board = await startedBoard({ OTA_URL: "http://192.0.2.1/a" })
        await hold(board, 7, A)
    })
    test("requires the source of the file to be reachable again", async () => {
        const board = await startedBoard({ OTA_URL: "http://192.0.2.1/a" })
        // as whoever pulls it does
        board.ota.links |= SOURCE
        await board.offer(signed(8, "OTA_URL=\n"))
        await board.start()
        const arbiter = new SocketArbiter(board.clock, new FakeSocket())
        const pull = pullUpdates(board.ota, arbiter)
        await board.pass(15)
        await pull()
        await board.pass(16)
        expect(board.shown()).toBe(
            "0 rolled-back source out of reach: OTA_URL is empty"
        )
    })
    test("is as long again for a source that was not asked yet", async () => {
        const take = async (version: number, text: string) => {
            board.ota.links |= SOURCE
            await board.offer(signed(version, text))
            await board.start()
            // meanwhile a report that nobody answers has the socket
            await board.pass(31)
            expect(board.shown()).toBe(`${version} probation`)
        }
        const board = await startedBoard({ OTA_URL: "http://192.0.2.1/a" })
        await take(7, A)
        const source = new Source(board)
        source.file = piecesText(signed(7, A).list)
        await source.asked(10_000)
        await board.pass(1)
        expect(board.shown()).toBe("7 active")
        await take(8, B)
        await board.pass(30)
        expect(board.shown()).toBe(
            "7 rolled-back source out of reach: not asked yet"
        )
    })
    test("takes any file by a trusted key for a source in reach, however old", async () => {
        const board = await startedBoard({ OTA_URL: "http://192.0.2.1/a" })
        await hold(board, 6, A)
        const source = new Source(board)
        // one that nobody trusted has signed, as of another fleet
        source.file = piecesText(signed(5, A, undefined, OTHER_KEY).list)
        const old = "6 refused version 5: it is not above 6"
        expect(await source.asked()).toBe(old)
        expect(board.ota.links).toBe(0)
        source.file = piecesText(signed(6, A).list)
        expect(await source.asked()).toBe("6 active")
        expect(board.ota.links).toBe(SOURCE)
        // the next one comes over the bus
        const update = async (version: number, file: string) => {
            await board.offer(signed(version, `HOSTNAME=v${version}\n`))
            expect(board.record().links).toBe(SOURCE)
            await board.start()
            const after = new Source(board)
            after.file = file
            await after.asked(10_000)
            await board.pass(31)
            return board.shown()
        }
        expect(await update(7, source.file)).toBe("7 active")
        expect(
            await update(8, piecesText(signed(6, A, undefined, OTHER_KEY).list))
        ).toBe(
            "7 rolled-back source out of reach: version 6: it is not above 8"
        )
    })
    test("takes no other fleet's file for a source in reach, newer or for a share", async () => {
        const board = await startedBoard({ OTA_URL: "http://192.0.2.1/a" })
        const update = async (version: number, served: Pieces) => {
            await board.start()
            board.ota.links |= SOURCE
            await board.offer(signed(version, `HOSTNAME=v${version}\n`))
            await board.start()
            const source = new Source(board)
            source.file = piecesText(served.list)
            await source.asked(10_000)
            await board.pass(31)
            return board.shown()
        }
        const nobody = "share=1%"
        const lost = (version: number) =>
            `0 rolled-back source out of reach: version ${version}: wrong signature`
        expect(await update(7, signed(90, A, undefined, OTHER_KEY))).toBe(
            lost(90)
        )
        expect(await update(8, signed(91, A, nobody, OTHER_KEY))).toBe(lost(91))
        // the next stage of our own, and one for other boards of ours
        expect(await update(9, signed(10, A))).toBe("9 active")
        expect(await update(10, signed(11, A, nobody))).toBe("10 active")
    })
    test("lasts as long as the settings before say", async () => {
        const board = await startedBoard()
        await board.offer(signed(7, "OTA_PROBATION=1h\n"))
        await board.start()
        await board.pass(31)
        expect(board.shown()).toBe("7 active")
    })
})

describe("a source", () => {
    const URL = "http://192.0.2.1/a"
    test("is asked for a refused file again, as the reason may be gone", async () => {
        const board = await startedBoard({ OTA_URL: URL, OTA_KEY: OTHER_KEY })
        const source = new Source(board)
        const file = signed(7, `OTA_KEY=${OTA_KEY}\n`)
        source.file = piecesText(file.list)
        const refused = "0 refused version 7: wrong signature"
        expect(await source.asked()).toBe(refused)
        expect(await source.asked()).toBe(refused)
        board.settings.set("OTA_KEY", OTA_KEY)
        expect(await source.asked()).toBe("7 probation")
    })
    test("is asked at once when its settings change, however long the pause", async () => {
        const board = await startedBoard({
            OTA_URL: "http://192.0.2.9/typo",
            OTA_POLL: "7d",
        })
        const source = new Source(board)
        source.file = "<html>nothing here</html>"
        expect(await source.asked()).toBe(
            "0 refused file: the header is malformed"
        )
        source.file = piecesText(signed(7, A).list)
        board.settings.set("OTA_URL", URL)
        expect(await source.asked(1000)).toBe("7 probation")
        await board.start()
        const later = new Source(board)
        later.file = source.file
        await later.asked()
        await board.pass(1)
        expect(await later.asked()).toBe("7 active")
        later.file = piecesText(signed(8, "HOSTNAME=later\n").list)
        board.settings.set("OTA_POLL", "5s")
        expect(await later.asked(1000)).toBe("8 probation")
    })
    test("whose file meets another one is asked again soon, not after OTA_POLL", async () => {
        const board = await startedBoard({ OTA_URL: URL, OTA_POLL: "7d" })
        const source = new Source(board)
        source.file = piecesText(signed(7, A).list)
        const { ota } = board
        const { verify } = ota
        let isChecked = false
        ota.verify = async () => {
            while (!isChecked) await ds.sleep(1)
            return false
        }
        let offering: ds.Fiber
        source.meanwhile = async () => {
            offering = spawn(async () => {
                await board.offer(signed(8, A))
            })
            while (!ota.busy) await ds.sleep(1)
        }
        expect(await source.asked()).toBe("0 active")
        isChecked = true
        await until("it is refused", () => !isAlive(offering))
        ota.verify = verify
        source.meanwhile = async () => {}
        expect(await source.asked(10_000)).toBe("7 probation")
    })
    test("brings no file beside one from the bus, as the heap has room for one", async () => {
        const board = await startedBoard({ OTA_URL: URL, OTA_POLL: "5s" })
        const { offer } = otaConfig(board.ota)
        await board.pass(12)
        const send = async (at: number, end: number, sender: string) => {
            try {
                const part = file.slice(at, end)
                await offer(at, file.length, part, sender)
                return "taken"
            } catch (e: any) {
                return e.message
            }
        }
        const file = Buffer.from(piecesText(signed(7, A).list))
        const half = file.length >> 1
        const source = new Source(board)
        source.file = "<html>nothing here</html>"
        expect(await send(0, half, "1")).toBe("taken")
        board.clock.now += 9999
        await source.pull()
        expect(source.socket.connections.length).toBe(0)
        let meanwhile = ""
        source.meanwhile = async () => {
            meanwhile = await send(0, half, "1")
        }
        // now the bus has been silent for too long
        expect(await source.asked(1)).toBe(
            "0 refused file: the header is malformed"
        )
        expect(meanwhile).toBe("another file is being received, try again")
        expect(await send(half, file.length, "1")).toBe(
            "a part is missing, begin again"
        )
        expect(await send(0, half, "1")).toBe("taken")
        expect(await send(half, file.length, "1")).toBe("taken")
        expect(board.shown()).toBe("7 probation")
        expect(await send(0, half, "2")).toBe("the board restarts")
    })
    test("with an older file changes no state, and is told once", async () => {
        const board = await startedBoard({ OTA_URL: URL })
        await hold(board, 6, A)
        await board.offer(signed(7, B))
        await board.start()
        board.records.insert(0, -board.records.length)
        const source = new Source(board)
        source.file = piecesText(signed(6, A).list)
        expect(await source.asked(7500)).toBe("7 probation")
        expect(await source.asked(7500)).toBe("7 probation")
        // nobody sends it again
        expect(lastSent(source).indexOf("If-None-Match") >= 0).toBe(true)
        await board.pass(31)
        expect(await source.asked()).toBe("7 active")
        const told = board.records.map(record => record.message)
        expect(told.join()).toBe(
            "no update: version 6: it is not above 7,config 7: active"
        )
        // nor is the version that was taken back
        await board.offer(signed(8, A))
        for (let i = 0; i < 3; i++) await board.start()
        const later = new Source(board)
        later.file = piecesText(signed(8, A).list)
        const back = "7 rolled-back 3 starts in probation"
        expect(await later.asked()).toBe(back)
        expect(await later.asked()).toBe(back)
        expect(
            lastSent(later).indexOf("version=7; state=rolled-back") >= 0
        ).toBe(true)
    })
    test("ends a refusal by what it has now, whoever was refused", async () => {
        const board = await startedBoard({ OTA_URL: URL })
        await hold(board, 7, A)
        const source = new Source(board)
        const good = piecesText(signed(7, A).list)
        source.file = good
        expect(await source.asked()).toBe("7 active")
        // over the bus, while the source has the same file as before
        await board.offer(signed(6, B))
        expect(board.shown()).toBe("7 refused version 6: it is not above 7")
        expect(await source.asked()).toBe("7 active")
        for (const next of [signed(6, B), signed(9, B, "share=1%")]) {
            source.file = "<html>log in first</html>"
            await source.asked()
            expect(board.shown()).toBe(
                "7 refused file: the header is malformed"
            )
            source.file = piecesText(next.list)
            expect(await source.asked()).toBe("7 active")
        }
    })
    test("that is taken away and given back is in reach again", async () => {
        const board = await startedBoard({ OTA_URL: URL })
        await hold(board, 7, A)
        const source = new Source(board)
        source.file = piecesText(signed(7, A).list)
        await source.asked()
        expect(board.ota.links).toBe(SOURCE)
        board.settings.set("OTA_URL", "")
        board.clock.now += 1000
        await source.pull()
        expect(board.ota.links).toBe(0)
        board.settings.set("OTA_URL", URL)
        await source.asked(1000)
        expect(board.ota.links).toBe(SOURCE)
    })
    test("that has the running version again ends a refusal, which is reported", async () => {
        const board = await startedBoard({ OTA_URL: URL })
        await hold(board, 7, A)
        const source = new Source(board)
        const states = () => board.records.map(r => r.meta["state"]).join()
        board.records.insert(0, -board.records.length)
        source.file = piecesText(signed(7, A).list)
        expect(await source.asked()).toBe("7 active")
        expect(states()).toBe("")
        const good = source.file
        source.file = "<html>log in first</html>"
        await source.asked()
        expect(states()).toBe("refused")
        source.file = good
        expect(await source.asked()).toBe("7 active")
        expect(states()).toBe("refused,active")
        const { announced } = board.ota
        expect(await source.asked()).toBe("7 active")
        expect(board.ota.announced).toBe(announced)
    })
})

describe("reports", () => {
    test("go to another address at once, and once to each", async () => {
        const first = "http://192.0.2.1/a"
        const board = await startedBoard({ OTA_REPORT: first })
        const socket = new FakeSocket()
        const report = reportUpdates(
            board.ota,
            new SocketArbiter(board.clock, socket)
        )
        const { connections } = socket
        /** Reports if there is news. @returns where reports went so far */
        const places = async () => {
            board.clock.now += 1000
            const before = connections.length
            const reporting = spawn(report)
            await until(
                "it has reported, or has nothing to report",
                () => connections.length > before || !isAlive(reporting)
            )
            if (connections.length > before) {
                const connection = connections[before]
                await until("a request", () => !!connection.sent)
                connection.answer("HTTP/1.1 204 x\r\n\r\n")
                await until("it has reported", () => !isAlive(reporting))
            }
            return connections.map(({ address }) => address).join()
        }
        const one = "tcp://192.0.2.1:80"
        expect(await places()).toBe(one)
        expect(await places()).toBe(one)
        board.settings.set("OTA_REPORT", "http://192.0.2.2/b")
        const both = `${one},tcp://192.0.2.2:80`
        expect(await places()).toBe(both)
        expect(await places()).toBe(both)
    })
})

describe("a record of versions", () => {
    test("is kept whatever its reason is", async () => {
        const board = await startedBoard()
        const long = (text: string) => [text, text, text, text].join(text)
        for (const reason of ["x", long("Küche "), long('\\"\n\u0001ä')]) {
            await board.offer(signed(board.record().highest + 1, A))
            const bad = board.record()
            await takeBack(board.file, bad, reason)
            await board.start()
            const record = board.record()
            expect(record.state).toBe("rolled-back")
            expect(record.highest).toBe(bad.version)
            const { length } = record.reason
            expect(length > 0 && length <= MAX_REASON).toBe(true)
            expect(record.reason).toBe(reason.slice(0, length))
        }
    })
})

// rows: O3
describe("a fleet", () => {
    // rows: O1 O5b
    test("gets its versions though 30% of the messages are lost", async () => {
        await updateFleet(FLEET)
    })
})

describe("a power cut", () => {
    /** The text that runs, which must be one of the given ones, whole. */
    async function running(board: OtaBoard, texts: string[]): Promise<number> {
        await board.start()
        const stored = await readFile(board.file)
        const at = texts.indexOf(stored ? stored.text : "")
        expect(at >= 0).toBe(true)
        const { version } = board.record()
        expect(version).toBe([0, 7, 8][at])
        return version
    }

    test("at every write of an update and of the way back leaves one version, whole", async () => {
        const long = (name: string) => {
            const lines: string[] = []
            for (let i = 0; i < 12; i++) lines.push(`_${name}${i}=0123456789`)
            return lines.join("\n") + "\n"
        }
        const old = A + long("A")
        const next = B + long("B")
        const seen: number[] = []
        let cuts = 0
        for (let cut = 0; cut < 100; cut++) {
            const flash = new CutFlash()
            const board = new OtaBoard(flash)
            await board.build("OTA_KEY", OTA_KEY)
            await board.start()
            await board.offer(signed(7, old))
            await board.start()
            await board.pass(181)
            flash.left = cut
            // an update, and starts until it is taken back: a cut comes somewhere in it
            await board.offer(signed(8, next))
            for (let i = 0; i < 3; i++) await board.start()
            const isCut = flash.left === 0
            flash.left = -1
            seen.push(await running(board, ["", old, next]))
            for (let i = 0; i < 3; i++) await running(board, ["", old, next])
            await board.pass(181)
            // whatever happened: the way on is open
            expect((await board.offer(signed(9, old + B))).state).toBe(
                "probation"
            )
            if (!isCut) break
            cuts++
        }
        console.log(`cuts at ${cuts} writes: versions ${seen.join(" ")}`)
        expect(cuts > 5).toBe(true)
    })
    test("at random points of a board's life leaves one version, whole", async () => {
        await cutAtRandom(RANDOM_CUTS)
    })
})
