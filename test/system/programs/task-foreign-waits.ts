// Tasks that wait outside of the task API, as most DeviceScript programs do: for a button, a
// register, timers, a page, a broker. They are stopped meanwhile; then what they wait for comes, or
// ends. The servers at HTTP_PORT and MQTT_PORT send nothing before the line `stopped`.
import * as ds from "@devicescript/core"
import { fetch, startMQTTClient } from "@devicescript/net"
import { readSetting } from "@devicescript/settings"
import { Task } from "../../../src/tasks"
import { Device } from "./task-base"

/** How long the waits are given before they are stopped, and the timers after that, in ms. */
const BEGIN_MS = 300
const TIMER_MS = 1500

const httpPort = parseInt("" + (await readSetting("HTTP_PORT", 0)))
const mqttPort = parseInt("" + (await readSetting("MQTT_PORT", 0)))
const button = new ds.Button("button")
const wifi = new ds.Wifi("wifi")
const absent = new ds.Temperature("nobody")
const { tasks } = new Device()
const woke: string[] = []
let areStopped = false

/** Adds a task that waits in `wait`, and does not stop. */
function add(name: string, wait: () => Promise<unknown>): void {
    const body = async (task: Task) => {
        try {
            await wait()
        } catch (e: any) {
            console.log(`${name} ended: ${e.message}`)
        }
        woke.push(name)
        await task.sleep(1)
        woke.push(`${name} went on`)
    }
    tasks.add(name, body, { grace: 20 })
}

/** Stops all tasks in their waits, and waits until `count` of the runs left behind have ended. */
async function stopAll(count: number): Promise<void> {
    await ds.sleep(BEGIN_MS)
    await tasks.stop("*")
    areStopped = true
    const { left } = tasks.deviceStats()
    console.log(`stopped ${tasks.names(":stopped").length}, left ${left}`)
    while (tasks.deviceStats().left > left - count) await ds.sleep(20)
    console.log(`woke ${woke.join()}`)
    while (woke.length > 0) woke.pop()
    await tasks.delete("*")
}

// the compiler leaves out the `subscribe` that `ds.wait` calls, unless a program calls it
button.up.subscribe(() => console.log("button up"))
wifi.ipAddress.subscribe(() => {})
while (!button.isBound || !wifi.isBound) await ds.sleep(20)
add("button", async () => await ds.wait(button.down))
// the register is reported twice a second
add("register", async () => {
    while (!areStopped) await ds.wait(wifi.ipAddress)
})
// there is no such service: it stays where it is
add("absent", async () => await absent.reading.read())
add("sleep", async () => await ds.sleep(TIMER_MS))
add("timer", async () => {
    const over = ds.emitter<number>()
    ds.setTimeout(async () => over.emit(1), TIMER_MS)
    await ds.wait(over)
})
await stopAll(4)

add("fetch", async () => await fetch(`http://127.0.0.1:${httpPort}/`))
await stopAll(1)

add("mqtt", async () => {
    await startMQTTClient({
        host: "127.0.0.1",
        port: mqttPort,
        proto: "tcp",
        clientId: "left",
    })
})
await stopAll(1)
console.log("ready")
