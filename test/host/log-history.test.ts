// rows: R10
import assert from "node:assert/strict"
import test from "node:test"
import { type Board, readHistory } from "../../host/client/index.ts"

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
