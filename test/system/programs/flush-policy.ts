// The reference firmware, whose flush policy is changed while it runs.
import * as ds from "@devicescript/core"
import { log, settings } from "../../../src/main"

const logger = log.logger("policy")
logger.error("waits for a better policy")
await ds.sleep(1000)
console.log("so far")
// the host looks at the flash before anything changes
await ds.sleep(3000)
settings.set("FLUSH_LEVEL", "error")
logger.error("is stored at once")
