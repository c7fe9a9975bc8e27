// rows: A2
import assert from "node:assert/strict"
import { describe, test, type TestContext } from "node:test"
import type { SettingInfo } from "../../host/client/index.ts"
import { TimedOutError } from "../../host/client/errors.ts"
import {
    applyChanges,
    type ChangedBoard,
} from "../../host/commands/settings.ts"

const HOSTNAME: SettingInfo = {
    key: "HOSTNAME",
    text: "",
    origin: "default",
    pending: false,
} as SettingInfo

/** A board with one setting. */
function boardWith(
    given: Partial<ChangedBoard>
): ChangedBoard & { settingsNow: SettingInfo[] } {
    const board: ChangedBoard & { settingsNow: SettingInfo[] } = {
        settingsNow: [HOSTNAME],
        settings: async () => board.settingsNow,
        set: async () => {},
        config: async () => ({ state: "active", version: 3 }),
        ...given,
    }
    return board
}

/** What is printed from now on, on standard output and error. */
function outputOf(t: TestContext): { text: () => string } {
    const texts: unknown[] = []
    const take = (text: unknown) => texts.push(text) > 0
    t.mock.method(console, "log", take)
    t.mock.method(process.stderr, "write", take)
    return { text: () => texts.join("\n") }
}

describe("a change of settings", () => {
    test("whose answer is lost shows what the board has now", async t => {
        const output = outputOf(t)
        const board = boardWith({
            set: async () => {
                board.settingsNow = [
                    { ...HOSTNAME, text: "roof", origin: "file" },
                ]
                throw new TimedOutError("the board did not answer (Set)")
            },
        })
        await assert.rejects(applyChanges(board, { HOSTNAME: "roof" }, {}), {
            name: "TimedOutError",
            message: "the board did not answer (Set); what it has now is shown",
            exitCode: 4,
        })
        assert.match(output.text(), /^HOSTNAME +roof +file$/m)
    })

    test("of a board that is gone shows nothing", async t => {
        const output = outputOf(t)
        const lost = new TimedOutError("the board did not answer (Set)")
        let isGone = false
        const board = boardWith({
            settings: async () => {
                if (isGone) throw lost
                return [HOSTNAME]
            },
            set: async () => {
                isGone = true
                throw lost
            },
        })
        await assert.rejects(applyChanges(board, { HOSTNAME: "roof" }, {}), {
            message: "the board did not answer (Set)",
        })
        assert.equal(output.text(), "")
    })

    test("that a version on probation has already warns", async t => {
        const output = outputOf(t)
        const config = async () => ({ state: "probation", version: 3 })
        await applyChanges(boardWith({ config }), { HOSTNAME: undefined }, {})
        assert.match(
            output.text(),
            /version 3 is on probation: if it is taken back, the settings before it are back$/m
        )
    })

    test("that a board has already, or that cannot update, does not", async t => {
        const output = outputOf(t)
        await applyChanges(boardWith({}), { HOSTNAME: undefined }, {})
        const config = async () => {
            throw new Error("no updates over the air")
        }
        await applyChanges(boardWith({ config }), { HOSTNAME: undefined }, {})
        assert.doesNotMatch(output.text(), /fiberctl:/)
    })

    for (const key of ["constructor", "NOPE"])
        test(`of ${key}, which is no setting, says so`, async () => {
            const change = applyChanges(boardWith({}), { [key]: undefined }, {})
            await assert.rejects(change, {
                message: `no setting "${key}"; there are: HOSTNAME`,
            })
        })
})
