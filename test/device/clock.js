// Preloaded into the tool that runs a device test: the clock that its VM sees.
//
// By default it follows the real one, but moves by no more than LONGEST_STEP_MS from one look to
// the next: on a busy machine the board is slower, instead of sleeping through all its timers
// at once. With RACE=seed it moves by a random step at every look instead, so that fibers
// overtake one another in ways that a quiet machine never shows.
const LONGEST_STEP_MS = 10
const LOOK_MS = 5
/** With RACE: one look in RACE_ODDS moves the clock, by less than RACE_STEP_MS. */
const RACE_ODDS = 4
const RACE_STEP_MS = 4

const real = Date.now
const seed = Number(process.env.RACE ?? 0)
const limit = Number(process.env.LIMIT_MS ?? Infinity)
const steady = steadyClock()
const start = steady()

Date.now = seed ? racingClock(seed) : steady
// an idle VM does not look
setInterval(() => {
    if (steady() - start <= limit) return
    process.stderr.write(`no end after ${limit} ms of the VM's time\n`)
    process.exit(1)
}, LOOK_MS).unref()

function steadyClock() {
    let seen = real()
    let shown = seen
    return () => {
        const now = real()
        shown += Math.min(Math.max(now - seen, 0), LONGEST_STEP_MS)
        seen = now
        return shown
    }
}

/** @param {number} state seed of the minimal standard generator */
function racingClock(state) {
    const random = () => (state = (state * 48271) % 0x7fffffff) / 0x7fffffff
    let ahead = 0
    return () => {
        if (random() * RACE_ODDS < 1)
            ahead += Math.floor(random() * RACE_STEP_MS)
        return real() + ahead
    }
}
