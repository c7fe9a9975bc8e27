import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import {
    beat,
    BEAT,
    BuzzerHeartBeat,
    buzzerPatterns,
    HeartBeat,
    LedHeartBeat,
    ledPatterns,
    Pattern,
    PatternTable,
} from "../../src/heartbeat"
import { HeartBeatHandler } from "../../src/heartbeat"
import { CRITICAL, DEBUG, ERROR, INFO, LogSystem, WARNING } from "../../src/log"
import { SystemClock } from "../../src/platform"
import { until } from "./support/until"

/** Patterns of one step, whose value is the severity: what is shown tells what was played. */
const STEP_MS = 60
const NUMBERED: PatternTable = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(
    level => `${level} ${STEP_MS}`
)

const LED_PATTERNS = ledPatterns()
const BUZZER_PATTERNS = buzzerPatterns()

/** A light that records its commands, and can fail or be gone. */
class FakeLight {
    isBound = true
    broken = false
    /** Commands that it got, including those that it could not carry out. */
    told = 0
    readonly shown: number[] = []
    readonly at: number[] = []
    readonly intensity: { write(value: number): Promise<void> }

    constructor() {
        const self = this
        this.intensity = {
            write: async (value: number) => {
                self.told++
                if (self.broken) throw new Error("bulb burnt out")
                self.shown.push(value)
                self.at.push(ds.millis())
            },
        }
    }
}

/** A buzzer that records the tones it is to play. */
class FakeBuzzer {
    isBound = true
    readonly tones: string[] = []

    async playNote(hz: number, volume: number, ms: number): Promise<void> {
        this.tones.push(`${hz}Hz*${volume}/${ms}`)
    }
}

class WatchedLed extends LedHeartBeat {
    isPlaying(): boolean {
        return this.playing
    }
}

class WatchedBuzzer extends BuzzerHeartBeat {
    isPlaying(): boolean {
        return this.playing
    }
}

/** Anything with notify can be a heartbeat. */
class FakeHeartBeat implements HeartBeat {
    broken = false
    readonly levels: number[] = []

    notify(level: number): void {
        if (this.broken) throw new Error("no device")
        this.levels.push(level)
    }
}

class Idle implements HeartBeat {
    notify(): void {}
}

/** Milliseconds that 1,000 log calls take, in slices that stay below the VM's step limit. */
async function timeOfCalls(devices: HeartBeat[]): Promise<number> {
    const log = new LogSystem(new SystemClock(), "info")
    devices.forEach((device, i) =>
        log.addHandler("device" + i, new HeartBeatHandler(device))
    )
    const logger = log.logger("test")
    await ds.sleep(1)
    const start = ds.millis()
    for (let slice = 0; slice < 20; slice++) {
        for (let i = 0; i < 50; i++)
            if (i % 10 > 0) logger.info("call")
            else logger.error("call")
        await ds.sleep(0)
    }
    return ds.millis() - start
}

function numbers(pattern: Pattern): number[] {
    return pattern.split(" ").map(word => parseFloat(word))
}

function total(pattern: Pattern): number {
    const steps = numbers(pattern)
    let ms = 0
    for (let i = 1; i < steps.length; i += 2) ms += steps[i]
    return ms
}

function lit(pattern: Pattern): number {
    const steps = numbers(pattern)
    let ms = 0
    for (let i = 0; i < steps.length; i += 2)
        if (steps[i] > 0) ms += steps[i + 1]
    return ms
}

// rows: H2
describe("patterns", () => {
    test("a light shows more the worse it gets", () => {
        const levels = [BEAT, INFO, WARNING, ERROR, CRITICAL]
        for (let i = 1; i < levels.length; i++) {
            const less = lit(LED_PATTERNS[levels[i - 1]])
            expect(lit(LED_PATTERNS[levels[i]]) > less).toBe(true)
        }
    })

    test("each one of a light ends dark, with a pause", () => {
        for (const pattern of LED_PATTERNS) {
            const steps = numbers(pattern)
            expect(steps.length % 2).toBe(0)
            expect(steps[steps.length - 2]).toBe(0)
            expect(steps[steps.length - 1] >= 80).toBe(true)
            expect(total(pattern) <= 2500).toBe(true)
        }
    })

    test("tones are for error and worse, at frequencies the buzzer can play", () => {
        for (let level = 0; level <= BEAT; level++)
            expect(!!BUZZER_PATTERNS[level]).toBe(level <= ERROR)
        for (const pattern of BUZZER_PATTERNS) {
            const steps = numbers(pattern)
            for (let i = 0; i < steps.length; i += 2)
                expect(steps[i] === 0 || steps[i] >= 16).toBe(true)
        }
    })
})

// rows: H1 H2
describe("a heartbeat", () => {
    test("plays the pattern of a severity, in time", async () => {
        const light = new FakeLight()
        const led = new LedHeartBeat(light)
        led.notify(WARNING)
        // a loaded machine runs the VM late, but never early
        for (let i = 0; i < 100 && light.shown.length < 6; i++)
            await ds.sleep(20)
        await ds.sleep(200)
        expect(light.shown.join()).toBe("1,0,1,0,1,0")
        let shortest = Infinity
        for (let i = 1; i < light.at.length; i++)
            shortest = Math.min(shortest, light.at[i] - light.at[i - 1])
        expect(shortest >= 78 && shortest <= 110).toBe(true)
    })

    test("sounds tones and leaves pauses silent", async () => {
        const buzzer = new FakeBuzzer()
        const heartbeat = new BuzzerHeartBeat(buzzer, undefined, 0.5)
        heartbeat.notify(INFO)
        heartbeat.notify(BEAT)
        await ds.sleep(30)
        expect(buzzer.tones.length).toBe(0)
        heartbeat.notify(ERROR)
        await ds.sleep(total(BUZZER_PATTERNS[ERROR]) + 50)
        expect(buzzer.tones.join()).toBe("880Hz*0.5/200,440Hz*0.5/400")
    })

    test("plays the worst of what came meanwhile, once", async () => {
        const light = new FakeLight()
        const led = new LedHeartBeat(light, NUMBERED)
        led.notify(INFO)
        await ds.sleep(STEP_MS / 2)
        for (const level of [INFO, WARNING, ERROR, ERROR, WARNING, BEAT, INFO])
            led.notify(level)
        await until("light.shown.length >= 2", () => light.shown.length >= 2)
        await ds.sleep(STEP_MS * 2)
        expect(light.shown.join()).toBe(`${INFO},${ERROR}`)
    })

    test("does not cut a running pattern, nor lose what came at its end", async () => {
        const light = new FakeLight()
        const table: PatternTable = [
            `1 ${STEP_MS} 2 ${STEP_MS}`,
            `3 ${STEP_MS}`,
        ]
        const led = new LedHeartBeat(light, table)
        led.notify(1)
        led.notify(0)
        await ds.sleep(STEP_MS / 2)
        led.notify(1)
        await until("light.shown.length >= 3", () => light.shown.length >= 3)
        await ds.sleep(STEP_MS * 2)
        expect(light.shown.join()).toBe("1,2,3")
        led.notify(1)
        await until("light.shown.length >= 4", () => light.shown.length >= 4)
        expect(light.shown.join()).toBe("1,2,3,3")
    })

    test("ignores what is no severity", async () => {
        const light = new FakeLight()
        const led = new LedHeartBeat(light, NUMBERED)
        for (const level of [-1, 10, 98, NaN, undefined]) led.notify(level)
        await ds.sleep(STEP_MS * 2)
        expect(light.shown.length).toBe(0)
        led.notify(INFO)
        await until("light.shown.length >= 1", () => light.shown.length >= 1)
        expect(light.shown.join()).toBe("" + INFO)
    })

    test("leaves out severities without a pattern, which hide nothing", async () => {
        const light = new FakeLight()
        const table: PatternTable = [undefined, `1 ${STEP_MS}`, `2 ${STEP_MS}`]
        const led = new LedHeartBeat(light, table)
        led.notify(2)
        led.notify(0)
        await until("light.shown.length >= 1", () => light.shown.length >= 1)
        await ds.sleep(STEP_MS * 2)
        expect(light.shown.join()).toBe("2")
    })

    test("drops what comes while there is no device, and plays when there is", async () => {
        const light = new FakeLight()
        light.isBound = false
        const led = new LedHeartBeat(light, NUMBERED)
        led.notify(ERROR)
        await ds.sleep(STEP_MS)
        light.isBound = true
        await ds.sleep(STEP_MS * 2)
        expect(light.shown.length).toBe(0)
        led.notify(INFO)
        await until("light.shown.length >= 1", () => light.shown.length >= 1)
        expect(light.shown.join()).toBe("" + INFO)
    })

    test("survives a real role that is bound to nothing", async () => {
        const led = new WatchedLed(new ds.LightBulb())
        const buzzer = new WatchedBuzzer(new ds.Buzzer())
        // a role without a device would hold its caller, and every later notification with it
        led.notify(ERROR)
        buzzer.notify(ERROR)
        await ds.sleep(50)
        expect(led.isPlaying()).toBe(false)
        expect(buzzer.isPlaying()).toBe(false)
        expect(led.failed).toBe(undefined)
    })

    test("survives a device that throws, and plays when it is mended", async () => {
        const light = new FakeLight()
        light.broken = true
        const led = new LedHeartBeat(light, NUMBERED)
        led.notify(ERROR)
        await ds.sleep(STEP_MS)
        led.notify(ERROR)
        await ds.sleep(STEP_MS)
        expect(led.failed).toBe(2)
        expect(light.told).toBe(2)
        light.broken = false
        led.notify(INFO)
        await until("light.shown.length >= 1", () => light.shown.length >= 1)
        expect(light.shown.join()).toBe("" + INFO)
    })

    test("survives a pattern that is no text", async () => {
        const light = new FakeLight()
        const patterns: any[] = ["1 20", 5]
        const led = new LedHeartBeat(light, patterns)
        led.notify(1)
        await until("a pattern dropped", () => led.failed === 1)
        led.notify(0)
        await until("a pattern played", () => light.shown.length === 1)
    })

    // rows: H4
    test("beats when nothing is logged, after what is", async () => {
        const light = new FakeLight()
        const buzzer = new FakeBuzzer()
        const led = new LedHeartBeat(light, NUMBERED)
        const devices = [led, new BuzzerHeartBeat(buzzer)]
        beat(devices)
        await ds.sleep(STEP_MS * 2)
        beat(devices)
        led.notify(INFO)
        await until("light.shown.length >= 2", () => light.shown.length >= 2)
        await ds.sleep(STEP_MS * 2)
        expect(light.shown.join()).toBe(`${BEAT},${INFO}`)
        expect(buzzer.tones.length).toBe(0)
    })

    test("costs the caller next to nothing", async () => {
        const light = new FakeLight()
        const led = new LedHeartBeat(light)
        // past 131,072 VM steps without a wait the VM panics: each call takes under 65
        const calls = 2000
        for (let i = 0; i < calls; i++) led.notify(i % 2 > 0 ? INFO : WARNING)
        expect(light.shown.length).toBe(0)
        await until("light.shown.length >= 6", () => light.shown.length >= 6)
        await ds.sleep(STEP_MS)
        expect(light.shown.join()).toBe("1,0,1,0,1,0")
    })
})

// rows: H1
describe("the log's heartbeat handler", () => {
    test("drives any object with notify, from its level up", () => {
        const device = new FakeHeartBeat()
        const log = new LogSystem(new SystemClock(), "trace")
        log.addHandler("led", new HeartBeatHandler(device, WARNING))
        const logger = log.logger("test")
        logger.debug("debug")
        logger.info("info")
        logger.warning("warning")
        logger.error("error")
        expect(device.levels.join()).toBe(`${WARNING},${ERROR}`)
    })

    test("shows info and worse by default, and other levels while running", () => {
        const device = new FakeHeartBeat()
        const log = new LogSystem(new SystemClock(), "trace")
        log.addHandler("led", new HeartBeatHandler(device))
        const logger = log.logger("test")
        logger.debug("no")
        logger.info("yes")
        log.configureHandler("led", { level: DEBUG })
        logger.debug("yes")
        expect(device.levels.join()).toBe(`${INFO},${DEBUG}`)
    })

    test("is the only one harmed by a device that throws", () => {
        const broken = new FakeHeartBeat()
        broken.broken = true
        const sound = new FakeHeartBeat()
        const log = new LogSystem(new SystemClock(), "info")
        log.addHandler("broken", new HeartBeatHandler(broken))
        log.addHandler("sound", new HeartBeatHandler(sound))
        log.logger("test").info("one")
        log.logger("test").info("two")
        expect(sound.levels.filter(level => level === INFO).length).toBe(2)
    })

    test("leaves 1,000 log calls as fast as devices that do nothing", async () => {
        const idle = await timeOfCalls([new Idle(), new Idle()])
        const playing = await timeOfCalls([
            new LedHeartBeat(new FakeLight()),
            new BuzzerHeartBeat(new FakeBuzzer()),
        ])
        console.log(`1000 log calls: ${idle} ms idle, ${playing} ms playing`)
        expect(playing < idle * 1.5 + 20).toBe(true)
    })
})
