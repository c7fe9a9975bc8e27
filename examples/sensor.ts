// A sensor on I2C with the driver base of @devicescript/drivers: read periodically, and set up again
// after a failure, as when its cable was loose. An LM75 has the temperature in its register 0.
import { I2CDriver } from "@devicescript/drivers/src/driver"
import { consoleLog, startCore, tasks } from "../src"

const LM75 = 0x48

class Thermometer extends I2CDriver {
    override async initDriver(): Promise<void> {
        // register 1, configuration: normal operation
        await this.writeReg(1, 0)
    }

    async degrees(): Promise<number> {
        const bytes = await this.readRegBuf(0, 2)
        return bytes.getAt(0, "i8") + bytes[1] / 256
    }
}

await startCore([])
consoleLog()

const thermometer = new Thermometer(LM75)
tasks.add(
    "climate",
    async task => {
        await thermometer.init()
        while (true) {
            const degrees = await thermometer.degrees()
            task.log.info("{0} degrees", degrees)
            task.stats = { degrees }
            await task.sleep(200)
        }
    },
    { restart: "on-failure", delay: 200, maxRestarts: 100 }
)
