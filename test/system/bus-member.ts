import type { TestContext } from "node:test"
import { FRAME_PROCESS, JDBus } from "jacdac-ts"
import { tcpWire } from "../../host/client/wire.ts"
import { cleanUp } from "./harness.ts"

type Frame = Uint8Array & { _jacdac_sender?: string }

/** Joins a board's bus as any tool on jacdac-ts does: with its own model of the devices there. */
export async function joinBus(t: TestContext, port: number): Promise<JDBus> {
    const bus = new JDBus([], { client: true, disableRoleManager: true })
    const open = tcpWire(async () => ({ host: "127.0.0.1", port }))
    const wire = await open({
        frame: bytes => {
            const frame: Frame = bytes
            frame._jacdac_sender = "bus"
            void bus.sendFrameAsync(frame)
        },
        lost: () => {},
    })
    bus.on(FRAME_PROCESS, (frame: Frame) => {
        if (!frame._jacdac_sender) wire.send(frame)
    })
    bus.start()
    cleanUp(t, async () => {
        wire.close()
        await bus.stop()
    })
    return bus
}
