// rows: N1
import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { Lease, MAX_CLAIMS, SocketArbiter } from "../../src/net"
import { FakeSocket } from "../../src/testing"
import { spawn, SystemClock } from "../../src/platform"
import { emptyBench } from "./support/tasks"
import { until } from "./support/until"

function arbiter(): { arbiter: SocketArbiter; socket: FakeSocket } {
    const socket = new FakeSocket()
    return { socket, arbiter: new SocketArbiter(new SystemClock(), socket) }
}

function ignore(e: unknown): void {}

/** The result of a borrow whose body throws `thing`. */
async function failing(a: SocketArbiter, thing: any): Promise<any> {
    try {
        await a.borrow("odd", async () => {
            throw thing
        })
    } catch (e: any) {
        return e
    }
    return "nothing thrown"
}

describe("arbiter", () => {
    test("grants in the order of asking, one at a time", async () => {
        const { arbiter: a } = arbiter()
        const seen: string[] = []
        let inside = 0
        let most = 0
        const names = ["a", "b", "c"]
        names.forEach(name => {
            const body = async () => {
                await a.borrow(name, async () => {
                    inside++
                    most = Math.max(most, inside)
                    seen.push(name)
                    await ds.sleep(20)
                    inside--
                })
            }
            spawn(body, ignore)
        })
        await ds.sleep(400)
        expect(seen.join("")).toBe("abc")
        expect(most).toBe(1)
        expect(a.leases().owner).toBe(undefined)
        expect(a.leases().granted).toBe(3)
    })
    test("a standing owner is asked back after its turn and gets it again", async () => {
        const { arbiter: a } = arbiter()
        const log: string[] = []
        let recalled = false
        const standing = async () => {
            while (log.length < 3) {
                recalled = false
                const lease = await a.claim("standing", () => {
                    recalled = true
                })
                log.push("standing")
                while (!recalled && log.length < 3) await ds.sleep(10)
                a.release(lease)
            }
        }
        spawn(standing, ignore)
        await ds.sleep(10)
        const answer = await a.borrow("fetch", async () => {
            log.push("fetch")
            return 42
        })
        expect(answer).toBe(42)
        await ds.sleep(100)
        expect(log.join(" ")).toBe("standing fetch standing")
        expect(a.leases().revoked).toBe(0)
    })
    test("an error of the body reaches the borrower, the socket is free", async () => {
        const { arbiter: a, socket } = arbiter()
        let caught = ""
        try {
            await a.borrow("bad", async () => {
                throw new RangeError("no page")
            })
        } catch (e: any) {
            caught = e.message
        }
        expect(caught).toBe("no page")
        expect(a.leases().owner).toBe(undefined)
        expect(socket.disconnects).toBe(1)
    })
    test("a body that never ends loses the socket", async () => {
        const { arbiter: a, socket } = arbiter()
        let caught: any
        try {
            await a.borrow("stuck", async () => await ds.suspend<void>(), 300)
        } catch (e: any) {
            caught = e
        }
        expect(caught.name).toBe("ArbiterError")
        expect(caught.message).toBe(
            'socket for "stuck": not done within 300 ms'
        )
        expect(a.leases().revoked).toBe(1)
        expect(socket.disconnects).toBe(1)
        expect(await a.borrow("next", async () => "ok")).toBe("ok")
    })
    test("whatever a body throws reaches the borrower", async () => {
        const { arbiter: a } = arbiter()
        const things: any[] = [0, "", 0.5, false]
        for (const thing of things)
            expect((await failing(a, thing)) === thing).toBe(true)
        expect(a.leases().owner).toBe(undefined)
    })
    test("a time to hold is checked, and may be a fraction", async () => {
        const { arbiter: a } = arbiter()
        let refused = 0
        for (const holdMs of [0, -1, NaN, Infinity])
            try {
                await a.borrow("x", async () => {}, holdMs)
            } catch (e: any) {
                if (e instanceof RangeError) refused++
            }
        expect(refused).toBe(4)
        let caught = ""
        try {
            await a.borrow("x", async () => await ds.suspend<void>(), 100.5)
        } catch (e: any) {
            caught = e.name
        }
        expect(caught).toBe("ArbiterError")
    })
    test("a body past its time loses the socket, but is not terminated", async () => {
        const { arbiter: a } = arbiter()
        let went = false
        const body = async () => {
            await ds.sleep(600)
            went = true
        }
        let caught = ""
        try {
            await a.borrow("slow", body, 100)
        } catch (e: any) {
            caught = e.name
        }
        expect(caught).toBe("ArbiterError")
        expect(await a.borrow("next", async () => "ok")).toBe("ok")
        await until("went", () => went)
    })
    test("a borrower whose caller is gone gives the socket back", async () => {
        const { arbiter: a } = arbiter()
        const caller = spawn(async () => {
            await a.borrow(
                "stopped",
                async () => await ds.suspend<void>(),
                60000
            )
        }, ignore)
        await ds.sleep(20)
        expect(a.leases().owner).toBe("stopped")
        caller.terminate()
        const since = ds.millis()
        expect(await a.borrow("next", async () => "ok")).toBe("ok")
        expect(ds.millis() - since < 5000).toBe(true)
    })
    test("a run of a task that is left behind keeps neither socket nor place", async () => {
        const { arbiter: a } = arbiter()
        const { tasks } = await emptyBench()
        let reached = 0
        const borrower = (body: () => Promise<void>) => async () => {
            await a.borrow("task", body, 60000)
        }
        const hang = async () => await ds.suspend<void>()
        const post = async () => {
            reached++
        }
        tasks.add("holder", borrower(hang), { grace: 20 })
        await until("held", () => a.leases().owner === "task")
        tasks.add("waiter", borrower(post), { grace: 20 })
        await until("waiting", () => a.leases().waiting.length === 1)
        await tasks.stop("waiter")
        await until("given up", () => a.leases().waiting.length === 0)
        await tasks.stop("holder")
        expect(await a.borrow("next", async () => "ok")).toBe("ok")
        await until("no run left", () => tasks.deviceStats().left === 0)
        expect(reached).toBe(0)
        expect(a.leases().revoked).toBe(0)
    })
    test("a task that is asked to stop gives up its place, and is not left behind", async () => {
        const { arbiter: a } = arbiter()
        const { tasks } = await emptyBench()
        const hold = async () => {
            await a.borrow("holder", async () => await ds.suspend<void>())
        }
        const holder = hold.start()
        await until("held", () => a.leases().owner === "holder")
        let problem = ""
        let reached = 0
        tasks.add("waiter", async task => {
            const isWanted = () => task.state === "running"
            const body = async () => {
                reached++
            }
            try {
                await a.borrow("waiter", body, 1000, isWanted)
            } catch (e: any) {
                problem = e.message
            }
        })
        await until("waiting", () => a.leases().waiting.length === 1)
        await tasks.stop("waiter")
        expect(tasks.deviceStats().left).toBe(0)
        expect(problem).toBe('socket for "waiter": given up')
        expect(a.leases().waiting.length).toBe(0)
        expect(a.leases().owner).toBe("holder")
        await tasks.dispose()
        holder.terminate()
        expect(await a.borrow("next", async () => "ok")).toBe("ok")
        expect(reached).toBe(0)
    })
    test("a borrow within a borrow has the same socket", async () => {
        const { arbiter: a } = arbiter()
        const outer = async () => {
            const inner = await a.borrow("inner", async () => 21)
            return inner * 2
        }
        expect(await a.borrow("outer", outer, 2000)).toBe(42)
        expect(a.leases().granted).toBe(1)
        expect(a.leases().owner).toBe(undefined)
    })
    test("an owner whose fiber is gone loses it to the next", async () => {
        const { arbiter: a } = arbiter()
        const owner = async () => {
            await a.claim("gone", () => {})
            await ds.suspend()
        }
        const fiber = spawn(owner, ignore)
        await ds.sleep(10)
        expect(a.leases().owner).toBe("gone")
        fiber.terminate()
        expect(await a.borrow("next", async () => "ok")).toBe("ok")
        expect(a.leases().revoked).toBe(1)
    })
    test("a claim whose fiber is gone is passed over", async () => {
        const { arbiter: a } = arbiter()
        let lease: Lease
        const first = async () => {
            lease = await a.claim("first", () => {})
            await ds.suspend()
        }
        spawn(first, ignore)
        const second = async () => {
            await a.claim("second", () => {})
        }
        const fiber = spawn(second, ignore)
        await ds.sleep(10)
        fiber.terminate()
        a.release(lease)
        expect(await a.borrow("third", async () => "ok")).toBe("ok")
    })
    test("a standing owner that does not give back loses it", async () => {
        const { arbiter: a, socket } = arbiter()
        let lease: Lease
        const owner = async () => {
            lease = await a.claim("deaf", () => {})
            await ds.suspend()
        }
        spawn(owner, ignore)
        expect(await a.borrow("next", async () => "ok")).toBe("ok")
        expect(lease.isOver).toBe(true)
        a.release(lease)
        expect(socket.disconnects >= 1).toBe(true)
    })
    test("the line of claims is bounded", async () => {
        const { arbiter: a } = arbiter()
        const wait = async () => {
            await a.borrow("many", async () => await ds.suspend<void>(), 500)
        }
        for (let i = 0; i <= MAX_CLAIMS; ++i) spawn(wait, ignore)
        await ds.sleep(10)
        let caught = ""
        try {
            await a.borrow("late", async () => {})
        } catch (e: any) {
            caught = e.message
        }
        expect(caught).toBe('socket for "late": 16 claims wait already')
        // but not for who keeps the socket, as syslog does
        const lease = await a.claim("standing", () => {})
        expect(a.leases().owner).toBe("standing")
        a.release(lease)
    })
})
