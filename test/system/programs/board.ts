// Does what a board file does, and writes nothing to flash.
import * as ds from "@devicescript/core"
import { startBoard } from "../../../boards"

const { led } = startBoard()
await ds.sleep(100)
await led.intensity.write(1)
console.log("lit")
