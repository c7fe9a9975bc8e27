// rows: A3a
import assert from "node:assert/strict"
import test from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { Mosquitto, noMosquitto } from "../peers/mosquitto.ts"
import { until } from "../peers/ports.ts"
import { startSimulator } from "./harness.ts"

test(
    "a board sends its log to a broker by itself, over a cut, beside syslog",
    { skip: noMosquitto },
    async t => {
        const broker = await Mosquitto.start(t)
        const messages = await broker.subscribe(t, "log")
        const errors = await broker.subscribe(t, "errors")
        const sim = await startSimulator(t, {
            main: "test/system/programs/pipe.ts",
            settings: { MQTT_PORT: String(broker.port) },
        })
        const numbers = (texts: string[]) =>
            texts
                .map(text => /line (\d+)/.exec(text)?.[1])
                .filter(number => number !== undefined)
                .map(Number)
        await until("lines", () => numbers(messages).length > 5, 60_000)
        await broker.stop()
        await sleep(1500)
        await broker.run()
        await until("line 40", () => numbers(messages).includes(40), 60_000)
        assert.deepEqual(
            numbers(messages),
            Array.from({ length: 40 }, (_, i) => i + 1)
        )
        await until("errors", () => numbers(errors).includes(40), 60_000)
        assert.deepEqual(numbers(errors), [10, 20, 30, 40])
        assert.ok(errors.some(text => text.endsWith("line 10, Küche")))
        await until(
            "all at the collector",
            () => numbers(sim.syslogLines).includes(40),
            60_000
        )
        assert.deepEqual(sim.past("panic"), [])
    }
)
