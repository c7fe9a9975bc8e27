import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, test } from "node:test"
import { tryLock, waitLock } from "../../host/sim/lock.ts"
import { tempFolder } from "../system/harness.ts"

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
        for (const owner of ["999999999 1", `${process.pid} 1`, ""]) {
            writeFileSync(file, owner)
            const release = tryLock(file)
            assert.ok(release, JSON.stringify(owner))
            release()
        }
        assert.deepEqual(readdirSync(folder), [])
    })

    test("of a living process is respected", async t => {
        const file = join(tempFolder(t), "lock")
        const lock = new URL("../../host/sim/lock.ts", import.meta.url).href
        const holder = spawn(process.execPath, [
            "--import",
            "tsx",
            "--input-type=module",
            "--eval",
            `const { tryLock } = await import(${JSON.stringify(lock)})
            tryLock(${JSON.stringify(file)})
            console.log("held")
            setInterval(() => {}, 1000)`,
        ])
        t.after(() => holder.kill("SIGKILL"))
        await once(holder.stdout, "data")
        assert.equal(tryLock(file), undefined)
        await assert.rejects(waitLock(file, 0), /is held by another process/)
        holder.kill("SIGKILL")
        await once(holder, "exit")
        assert.ok(await waitLock(file, 5000))
    })
})
