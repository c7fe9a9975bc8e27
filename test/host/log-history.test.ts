// rows: R10
import assert from "node:assert/strict"
import test from "node:test"
import {
    type Board,
    type BoardInfo,
    byTime,
    readHistory,
    startUptime,
} from "../../host/client/index.ts"

/** A board without a ring, whose files are read by name. */
function boardWith(file: (name: string) => [number, string][]) {
    const names = ["error.log", "error.log.1"]
    return {
        info: async () => ({ uptime: 5000, boot: 1 }),
        files: async () => names.map(name => ({ name, size: 0 })),
        file: async (name: string) =>
            file(name).map(([cursor, text]) => ({
                ...{ cursor, text: `[x] ${text}` },
                ...{ level: 3, time: 1, isWall: false },
            })),
    } as unknown as Board
}

test("the history is that of all files, oldest first", async () => {
    const board = boardWith(name =>
        name === "error.log"
            ? [
                  [300, "three"],
                  [400, "four"],
              ]
            : [[100, "one"]]
    )
    const { lines } = await readHistory(board)
    assert.deepEqual(
        lines.map(({ source, message }) => `${source} ${message}`),
        ["error.log.1 one", "error.log three", "error.log four"]
    )
})

test("a file that is begun while the history is read leaves none out and none twice", async () => {
    let files: [number, string][][] = [
        [
            [300, "three"],
            [400, "four"],
        ],
        [
            [100, "one"],
            [200, "two"],
        ],
    ]
    const board = boardWith(name => {
        const lines = files[name === "error.log" ? 0 : 1]!
        files = [[[500, "five"]], files[0]!]
        return lines
    })
    const { lines } = await readHistory(board)
    assert.deepEqual(
        lines.map(({ message }) => message),
        ["three", "four"]
    )
})

/** A board that has been up for 10 s, with a ring and one file of the flash log. */
function boardWithRing(ring: string[], stored: [number, string][] = []) {
    return {
        info: async () => ({ uptime: 10_000, boot: 1, next: ring.length }),
        files: async () => [{ name: "error.log", size: 0 }],
        file: async () =>
            stored.map(([time, text], cursor) => ({
                ...{ cursor, text: `[x] ${text}` },
                ...{ level: 3, time, isWall: false },
            })),
        lines: async (from = 0) => {
            const lines = ring.map((text, index) => ({ index, text }))
            return { lines: lines.slice(from), next: ring.length }
        },
    } as unknown as Board
}

/** Messages of a board's history. */
async function messages(board: Board): Promise<string[]> {
    return (await readHistory(board)).lines.map(({ message }) => message)
}

test("a clock that is set back or in whole seconds does not change the order of lines", async () => {
    const now = Date.now()
    const wall = (ms: number) => new Date(now + ms).toISOString()
    assert.deepEqual(
        await messages(
            boardWithRing(
                [
                    "2.500 [ERROR] [x] two",
                    `${wall(-8000)} [INFO] [x] the clock is known`,
                    `${wall(3_600_000)} [INFO] [x] an hour ahead`,
                    `${wall(-2000)} [INFO] [x] set back`,
                    "garbage without a time",
                    `${wall(-1000)} [INFO] [x] last`,
                ],
                [
                    [1, "one"],
                    [2, "two"],
                ]
            )
        ),
        [
            ...["one", "two", "the clock is known", "an hour ahead"],
            ...["set back", "garbage without a time", "last"],
        ]
    )
})

test("a line that leaves the ring while the files are read is not left out", async () => {
    const ring = ["1.000 [ERROR] [x] one", "2.000 [INFO] [x] two"]
    let first = 0
    const board = boardWithRing(ring)
    const { file, lines } = board
    board.file = async name => {
        const stored = await file(name)
        ring.push("3.000 [ERROR] [x] three")
        first = 2
        return stored
    }
    board.lines = async (from = 0) => lines(Math.max(from, first))
    assert.deepEqual(await messages(board), ["one", "two", "three"])
})

test("a board that starts again while its log is read is read again", async () => {
    const ring = ["1.000 [ERROR] [x] one", "2.000 [INFO] [x] two"]
    const board = boardWithRing(ring)
    const { file } = board
    board.file = async name => {
        if (ring.length === 2) ring.splice(0, 2, "0.100 [INFO] [x] again")
        return file(name)
    }
    assert.deepEqual(await messages(board), ["again"])
})

test("the runs of a program that panics are told apart, though the uptime goes on", async () => {
    const wall = 1_800_000_000
    const uptime = 60
    const at = (seconds: number) => wall - uptime + seconds
    const ringOf = (first: number) => [
        { index: first, text: `50.100 [NOTICE] [x] ring ${first}` },
        { index: first + 1, text: "50.900 [ERROR] [x] last" },
    ]
    const stored: [number, boolean, string][] = [
        [1, false, "first"],
        [at(6), true, "first"],
        [20, false, "second"],
        [at(24), true, "second"],
        [at(28), true, "second"],
        [50, false, "last"],
    ]
    const bootsOf = async (
        lines: typeof stored,
        options: { wall?: number; first?: number; file?: string } = {}
    ) => {
        const ring = ringOf(options.first ?? 0)
        const board = {
            info: async () => ({
                uptime: uptime * 1000,
                boot: 3,
                wall: options.wall,
                next: ring[1]!.index + 1,
            }),
            files: async () => [{ name: "error.log", size: 0 }],
            file: async () =>
                lines.map(([time, isWall, text], cursor) => ({
                    ...{ cursor, time, isWall, level: 3, text: `[x] ${text}` },
                })),
            lines: async (from = 0, count = 9) => ({
                lines: ring
                    .filter(({ index }) => index >= from)
                    .slice(0, count),
                next: ring[1]!.index + 1,
            }),
        } as unknown as Board
        const history = await readHistory(board, { file: options.file })
        return history.lines.map(({ message, boot }) => `${boot} ${message}`)
    }
    const told = [
        ...["-2 first", "-2 first"],
        ...["-1 second", "-1 second", "-1 second"],
    ]
    const known = { wall: wall * 1000 }
    assert.deepEqual(await bootsOf(stored, known), [
        ...[...told, "0 ring 0", "0 last"],
    ])
    assert.deepEqual(await bootsOf(stored, { ...known, file: "error.log" }), [
        ...[...told, "0 last"],
    ])
    // the line that tells where the present run begins is no longer kept
    assert.deepEqual(await bootsOf(stored, { ...known, first: 4 }), [
        ...[...told, "0 ring 4", "0 last"],
    ])
    // by the ring alone: nothing of this run is stored
    for (const options of [known, {}])
        assert.deepEqual(await bootsOf(stored.slice(0, -1), options), [
            ...[...told, "0 ring 0", "0 last"],
        ])
})

test("the first line of the ring tells when a program that was restarted began", async () => {
    const startOf = async (index: number, time: string, lastEnd: string) => {
        const text = `${time} [INFO] [x] first`
        const board = {
            lines: async () => ({ lines: [{ index, text }], next: index + 1 }),
        } as unknown as Board
        const info = { next: index + 1, lastEnd } as BoardInfo
        return startUptime(board, info)
    }
    assert.equal(await startOf(0, "50.100", "panic"), 50_100)
    assert.equal(await startOf(7, "50.100", "panic"), undefined)
    assert.equal(await startOf(0, "2026-01-01T00:00:00Z", "restart"), undefined)
    // a reset sets the clock to 0
    assert.equal(await startOf(7, "50.100", "power"), 0)
})

test("lines of several boards are merged by time, those of each in its order", () => {
    const line = (name: string, at?: number) => ({ name, at })
    assert.deepEqual(
        byTime(
            [line("a1", 10), line("a2", 900), line("a3", 30), line("a4")],
            [line("b1"), line("b2", 5), line("b3", 20), line("b4", 40)]
        ).map(({ name }) => name),
        ["b1", "b2", "a1", "b3", "a2", "a3", "a4", "b4"]
    )
})
