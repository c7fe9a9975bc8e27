import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import {
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { describe, test } from "node:test"
import { processStat } from "../../host/processes.ts"
import { tryLock, waitLock } from "../../host/sim/lock.ts"
import { untilNextLook } from "../peers/ports.ts"
import { tempFolder } from "../system/harness.ts"

/** A process that waits for a lock, holds it, and says so. */
function holdLock(file: string): ChildProcess {
    const lock = new URL("../../host/sim/lock.ts", import.meta.url).href
    return spawn(process.execPath, [
        "--import",
        "tsx",
        "--input-type=module",
        "--eval",
        `const { waitLock } = await import(${JSON.stringify(lock)})
        await waitLock(${JSON.stringify(file)}, 60000)
        console.log("held")
        setInterval(() => {}, 1000)`,
    ])
}

/** Waits until the state letter of `pid`, as /proc/PID/stat has it, is `state`. */
async function untilState(pid: number, state: string): Promise<void> {
    while (processStat(pid)![0] !== state) await untilNextLook()
}

/** What a lock of this process says. */
function ownLock(folder: string): string[] {
    const file = join(folder, "own")
    const release = tryLock(file)!
    const words = readFileSync(file, "utf8").split(" ")
    release()
    return words
}

describe("lock", () => {
    test("is held once, and free again after release", t => {
        const file = join(tempFolder(t), "lock")
        const release = tryLock(file)
        assert.ok(release)
        assert.equal(tryLock(file), undefined)
        release()
        assert.equal(existsSync(file), false)
        assert.ok(tryLock(file))
    })

    test("of a process that is gone is taken over, also when its id is used again", t => {
        const folder = tempFolder(t)
        const file = join(folder, "lock")
        const [pid, start, , ...place] = ownLock(folder)
        const reboot = [pid, start, "another-boot", ...place].join(" ")
        for (const owner of ["999999999 1", `${pid} 1`, "", reboot]) {
            writeFileSync(file, owner)
            const release = tryLock(file)
            assert.ok(release, JSON.stringify(owner))
            release()
        }
        assert.deepEqual(readdirSync(folder), [])
    })

    test("of a process that has ended, and nobody asks for, is taken over", async t => {
        const file = join(tempFolder(t), "lock")
        const parent = spawn("bash", ["-c", "sleep 60 & echo $!; wait"])
        t.after(() => parent.kill("SIGKILL"))
        const [data] = await once(parent.stdout, "data")
        const pid = Number(data)
        // one that is not yet halted would still ask for it, and end
        parent.kill("SIGSTOP")
        await untilState(parent.pid!, "T")
        process.kill(pid, "SIGKILL")
        await untilState(pid, "Z")
        writeFileSync(file, `${pid} -`)
        assert.ok(tryLock(file))
    })

    test("of another machine or container stays, and what to do is said", async t => {
        const folder = tempFolder(t)
        const file = join(folder, "lock")
        const [, , boot, space] = ownLock(folder)
        const owners = [
            `999999999 1 another-boot ${space} elsewhere`,
            `999999999 1 ${boot} pid:[1] elsewhere`,
        ]
        for (const owner of owners) {
            writeFileSync(file, owner)
            assert.equal(tryLock(file), undefined)
            await assert.rejects(waitLock(file, 0), {
                message: `"${file}" is held by process 999999999 of "elsewhere"; if that has ended, remove "${file}"`,
            })
        }
        assert.deepEqual(readdirSync(folder), ["lock"])
    })

    test("that is no file is an error", t => {
        const file = join(tempFolder(t), "lock")
        mkdirSync(file)
        assert.throws(() => tryLock(file), {
            message: `"${file}" is a folder`,
        })
    })

    test("is held once also while holders are killed", async t => {
        const folder = tempFolder(t)
        const file = join(folder, "lock")
        writeFileSync(file, "999999999 1")
        // one that was killed while it took this over
        writeFileSync(`${file}.takeover`, "999999999 2")
        let holders = 0
        const contend = async () => {
            const holder = holdLock(file)
            t.after(() => holder.kill("SIGKILL"))
            await once(holder.stdout!, "data")
            assert.equal(++holders, 1)
            await untilNextLook()
            assert.equal(holders--, 1)
            holder.kill("SIGKILL")
            await once(holder, "exit")
        }
        await Promise.all([1, 2, 3].map(contend))
    })

    test("of a living process is respected", async t => {
        const file = join(tempFolder(t), "lock")
        const holder = holdLock(file)
        t.after(() => holder.kill("SIGKILL"))
        await once(holder.stdout!, "data")
        assert.equal(tryLock(file), undefined)
        await assert.rejects(waitLock(file, 0), {
            message: `"${file}" is held by process ${holder.pid}`,
        })
        holder.kill("SIGKILL")
        await once(holder, "exit")
        assert.ok(await waitLock(file, 5000))
    })
})
