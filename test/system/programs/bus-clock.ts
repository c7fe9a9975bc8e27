// Sets its clock when the button goes down, and says how the clock is set.
import * as ds from "@devicescript/core"
import { followRealTimeClock } from "../../../src/net"
import { rfc3339, SystemClock } from "../../../src/platform"

/** Minutes by which the bus's clock is ahead of UTC. */
const AHEAD = 90

const clock = new SystemClock()
followRealTimeClock(clock, AHEAD)
clock.onSet(({ source }) => console.log(`${source} ${rfc3339(clock.wall())}`))
const button = new ds.Button("button")
// 2040-02-29T23:59:50Z, near the end of a leap day
button.down.subscribe(() => clock.setWall(2214172790000, "host"))
