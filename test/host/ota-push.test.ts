// rows: O1
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { TimedOutError } from "../../host/client/index.ts"
import { parseFile, hashOf } from "../../host/ota/file.ts"
import { pushFile, type PushTarget, readState } from "../../host/ota/push.ts"
import { OTA_VECTORS } from "../vectors/ota.ts"

const bytes = Buffer.from(OTA_VECTORS[0].text)
const file = parseFile(bytes)
assert.ok(typeof file !== "string")
const { version } = file
const hash = hashOf(file.body)

/** A board that says one thing after another; an Error stands for no answer. */
function board(...states: (object | Error)[]) {
    const offered: Buffer[] = []
    const target: PushTarget = {
        config: async () => {
            const next = states.length > 1 ? states.shift()! : states[0]
            if (next instanceof Error) throw next
            return next
        },
        offer: async part => void offered.push(Buffer.from(part)),
    }
    return { target, offered }
}

const probation = { version, hash, state: "probation", reason: "" }
const active = { ...probation, state: "active" }
const silent = new TimedOutError("the board does not answer")

async function push(target: PushTarget, timeoutMs = 5000): Promise<string[]> {
    const seen: string[] = []
    await pushFile(
        target,
        { name: "a.ota", bytes },
        ({ version, state }) => seen.push(`${version} ${state}`),
        timeoutMs,
        1
    )
    return seen
}

describe("ota push", () => {
    test("waits through the restart until the file is active", async () => {
        const { target, offered } = board(
            ...[probation, silent, silent, probation, active]
        )
        assert.deepEqual(await push(target), [
            `${version} probation`,
            `${version} active`,
        ])
        assert.deepEqual(offered, [bytes])
    })

    test("waits as long as is wanted while this machine's clock is set", async t => {
        let wall = Date.now()
        t.mock.method(Date, "now", () => (wall += 3_600_000))
        const { target } = board(probation, silent, probation, active)
        assert.equal((await push(target)).at(-1), `${version} active`)
    })

    test("shows why a probation does not end", async () => {
        const reason = "nobody watches a probation: the task ota does not run"
        const stuck = { ...probation, reason }
        const { target } = board(probation, stuck, stuck, probation, active)
        const seen: string[] = []
        await pushFile(
            target,
            { name: "a.ota", bytes },
            ({ reason }) => seen.push(reason),
            5000,
            1
        )
        assert.deepEqual(seen, ["", reason, "", ""])
        await assert.rejects(push(board(stuck).target, 20), {
            exitCode: 4,
            message: new RegExp(`probation: ${reason}$`),
        })
    })

    test("of the version that runs after a roll-back is no error", async () => {
        const { target } = board({ ...active, state: "rolled-back" })
        assert.deepEqual(await push(target), [`${version} rolled-back`])
    })

    test("is not held up by the refusal of another file", async () => {
        const refused = { ...active, state: "refused", reason: "version 3" }
        const { target, offered } = board(probation, refused, active)
        assert.equal((await push(target)).length, 3)
        assert.equal(offered.length, 2)
    })

    test("an active one of another body is not this one", async () => {
        const other = { ...active, hash: "00" }
        const { target } = board(other, probation, active)
        assert.equal((await push(target)).length, 3)
    })

    test("fails with the board's reason", async () => {
        const back = { version: 3, hash: "00", state: "rolled-back" }
        const taken = board(probation, silent, { ...back, reason: "no link" })
        await assert.rejects(push(taken.target), {
            name: "FirmwareError",
            exitCode: 1,
            message: `version ${version} was taken back: no link`,
        })
        const told = board({ ...back, state: "refused", reason: "old" })
        await assert.rejects(push(told.target), /^FirmwareError: refused: old/)
        const refused = board(active)
        refused.target.offer = async () => {
            throw new Error("version 7: wrong signature")
        }
        await assert.rejects(push(refused.target), /refused: version 7: wrong/)
    })

    test("of a file that the board takes from its source is no refusal", async () => {
        const { target } = board(probation, probation, silent, active)
        target.offer = async () => {
            throw new Error("the board restarts")
        }
        assert.deepEqual(await push(target), [
            `${version} probation`,
            `${version} active`,
        ])
    })

    test("waits while the board is busy with another file", async () => {
        const other = { ...probation, version: version - 1, hash: "00" }
        const answers = [
            "another file is being received, try again",
            "a part is missing, begin again",
            "another file is being checked",
            "the board restarts",
            silent,
            "the board has just started",
            `version ${version - 1} is on probation`,
        ]
        const { target } = board(
            ...[other, silent, other, other, silent, other, other],
            ...[probation, silent, active]
        )
        target.offer = async () => {
            const next = answers.shift()
            if (next instanceof Error) throw next
            if (next) throw new Error(next)
        }
        assert.deepEqual(await push(target), [
            `${version - 1} probation`,
            `${version} probation`,
            `${version} active`,
        ])

        const busy = board(other).target
        busy.offer = async () => {
            throw new Error(`version ${version - 1} is on probation`)
        }
        await assert.rejects(push(busy, 30), {
            exitCode: 4,
            message: /no verdict within 0 s, version \d+ is on probation$/,
        })
        // not for ever, as nobody ends that probation
        const stuck = board({ ...other, reason: "nobody watches" }).target
        stuck.offer = busy.offer
        await assert.rejects(push(stuck), /refused: version \d+ is on prob/)
    })

    test("begins again when the board has restarted in the middle of the file", async () => {
        const before = { ...active, version: version - 1, hash: "00" }
        const answers: (Error | undefined)[] = [silent, silent]
        const { target } = board(before, silent, before, probation, active)
        target.offer = async () => {
            const next = answers.shift()
            if (next) throw next
        }
        assert.deepEqual(await push(target), [
            `${version - 1} active`,
            `${version} probation`,
            `${version} active`,
        ])
        // one that was never heard refuses nothing
        const gone = board(silent).target
        gone.offer = target.offer
        answers.push(silent)
        await assert.rejects(push(gone), { name: "TimedOutError", exitCode: 4 })
    })

    test("ends when a newer version has replaced the file", async () => {
        const newer = { ...probation, version: version + 1, hash: "00" }
        const replaced = {
            name: "FirmwareError",
            exitCode: 1,
            message: `version ${version} was replaced by version ${version + 1}`,
        }
        for (const state of ["probation", "active", "rolled-back", "refused"])
            await assert.rejects(
                push(board(probation, { ...newer, state }).target),
                replaced
            )
    })

    test("gives up in time", async () => {
        const { target } = board(silent)
        await assert.rejects(push(target, 30), /no verdict within 0 s/)
        const slow = board(probation)
        await assert.rejects(push(slow.target, 30), /last seen: .* probation/)
    })

    test("offers no file that is none", async () => {
        const { target, offered } = board(active)
        await assert.rejects(
            pushFile(
                target,
                { name: "a.env", bytes: Buffer.from("A=1\n") },
                () => {},
                10,
                1
            ),
            {
                name: "UsageError",
                exitCode: 2,
                message: /^"a\.env": is no signed file: /,
            }
        )
        assert.equal(offered.length, 0)
    })

    test("a board without updates is named as such", async () => {
        await assert.rejects(readState(board({}).target), /tells no state/)
    })
})
