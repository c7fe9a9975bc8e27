import assert from "node:assert/strict"
import { once } from "node:events"
import net from "node:net"
import { test } from "node:test"
import { loadForBoard } from "../../host/sim/board-network.ts"
import { freePort } from "../peers/ports.ts"

// rows: B3 S5
test("a board learns why none of a name's addresses answers", async () => {
    const { createConnection } = loadForBoard("net") as typeof net
    const port = await freePort()
    const socket = createConnection({
        host: "collector.example",
        port,
        lookup: (_, __, found) =>
            found(null, [
                { address: "127.0.0.1", family: 4 },
                { address: "127.0.0.2", family: 4 },
            ]),
    })
    await assert.rejects(once(socket, "connect"), {
        message: `connect ECONNREFUSED 127.0.0.1:${port}, connect ECONNREFUSED 127.0.0.2:${port}`,
    })
})
