// The log as messages of an MQTT broker: every second it gets the lines that are new. A line whose
// acknowledgement did not arrive is sent again.
import {
    consoleLog,
    deviceId,
    LogPipe,
    pipeLog,
    ramLog,
    ring,
    socketArbiter,
    startCore,
    tasks,
} from "../src"

const SETTINGS = `# settings
MQTT_HOST: host 0 64 restart = 127.0.0.1 | broker
MQTT_PORT: int 1 65535 restart = 1883 | its port`

const settings = await startCore([SETTINGS])
consoleLog()
ramLog()

const pipe: LogPipe = {
    arbiter: socketArbiter(),
    broker: {
        host: settings.get("MQTT_HOST"),
        port: settings.get("MQTT_PORT"),
        clientId: deviceId(),
    },
    topic: "boards/1/log",
    position: 0,
}
tasks.add("pipe", async () => await pipeLog(pipe, ring), {
    every: 1000,
    restart: "on-failure",
    maxRestarts: 100,
})
tasks.add("sensor", task => task.log.info("measured 21 degrees"))
