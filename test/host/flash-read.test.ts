// rows: R10
import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { FlashStore } from "../../host/flash/index.ts"
import { runCli, tempFolder } from "../system/harness.ts"
import {
    VECTOR_CASES,
    VECTOR_SLOTS,
    vectorText,
    type VectorCase,
} from "../vectors/flash-log.ts"

/** Where the store lies in the whole flash of an ESP32, and how large that is. */
const BOARD_OFFSET = 0x1c0000 - 0x1000
const BOARD_FLASH = 4096 * 1024

/** The flash store of a board that died with a log in it. */
function deadStore({ flip }: VectorCase): Buffer {
    const store = FlashStore.format()
    store.set(":WIFI_PASSWORD", Buffer.from('"hunter2"'))
    VECTOR_SLOTS.forEach((hex, i) => {
        const value = Buffer.from(hex, "hex")
        if (flip && flip[0] === i) value[flip[1]] ^= flip[2]
        store.set(`:fd.log${String(i).padStart(2, "0")}`, value)
    })
    return store.serialize()
}

/** All of a board's flash, as `esptool read_flash` saves it. */
function boardFlash(store: Buffer): Buffer {
    const flash = Buffer.alloc(BOARD_FLASH, 0xff)
    store.copy(flash, BOARD_OFFSET)
    return flash
}

const printed = (lines: number[]) =>
    lines.map(line => vectorText(line).replaceAll("\n", "\\n") + "\n").join("")

/** Where the first area of the store ends, on an ESP32. */
const AREA_BYTES = 16 * 1024

/** A store that was copied into its second area, where the last segment was written. */
function copiedStore(): Buffer {
    const store = FlashStore.parse(deadStore(VECTOR_CASES[0]))
    const last = store.get(":fd.log00")!
    for (
        let i = 0;
        store.serialize().readUInt32LE(AREA_BYTES) === 0xffffffff;
        ++i
    )
        store.set(":filler", Buffer.alloc(200, i))
    store.set(":fd.log00", Buffer.alloc(0))
    store.set(":fd.log00", last)
    return store.serialize()
}

test("flash read says so when the header in force is damaged", async t => {
    const cwd = tempFolder(t)
    const whole = copiedStore()
    const read = async (image: Buffer) => {
        writeFileSync(join(cwd, "a.bin"), image)
        return runCli(["flash", "read", "a.bin"], { cwd })
    }
    const sound = await read(whole)
    assert.equal(sound.stderr, "")
    // magic, generation, size of a page
    for (const byte of [0, 8, 13]) {
        const image = Buffer.from(whole)
        image[AREA_BYTES + byte] ^= 0x80
        const run = await read(image)
        assert.match(
            run.stderr,
            /^fiberctl: the (header|generations) [^\n]*(newer|older)[^\n]*\n/,
            `byte ${byte}`
        )
    }
})

test("flash read takes a sound segment whose key is damaged", async t => {
    const cwd = tempFolder(t)
    const [sound] = VECTOR_CASES
    const image = deadStore(sound)
    const at = image.indexOf(":fd.log02")
    image[at + 4] ^= 0x01
    writeFileSync(join(cwd, "a.bin"), image)
    const run = await runCli(["flash", "read", "a.bin"], { cwd })
    assert.ok(run.stdout.includes(printed(sound.current)))
    assert.match(run.stderr, /key ":?fd\.mog02" is no slot.*sound segment/)
})

test("flash read prints the older file before the current one", async t => {
    const cwd = tempFolder(t)
    writeFileSync(join(cwd, "a.bin"), deadStore(VECTOR_CASES[0]))
    const run = await runCli(["flash", "read", "a.bin"], { cwd })
    const older = run.stdout.indexOf("error.log.1: ")
    assert.ok(older > 0 && older < run.stdout.indexOf("error.log: "))
})

test("flash read prints the files of a dead board, from its store or all of its flash", async t => {
    const [sound] = VECTOR_CASES
    const cwd = tempFolder(t)
    const store = deadStore(sound)
    writeFileSync(join(cwd, "store.bin"), store)
    writeFileSync(join(cwd, "board.bin"), boardFlash(store))
    for (const image of ["store.bin", "board.bin"]) {
        const read = (name: string) =>
            runCli(["flash", "read", image, "--file", name], { cwd })
        const current = await read("error.log")
        assert.equal(current.stdout, printed(sound.current), image)
        assert.equal(current.stderr, "")
        assert.equal(current.code, 0)
        const older = await read("error.log.1")
        assert.equal(older.stdout, printed(sound.older), image)
        const all = await runCli(["flash", "read", image], { cwd })
        assert.match(all.stdout, /^ {2}WIFI_PASSWORD=\*+$/m)
        assert.equal(all.stdout.includes("hunter2"), false)
        assert.ok(all.stdout.includes(printed(sound.older)))
    }
})

test("flash read prints what is sound of a damaged log, and says what is not", async t => {
    const damaged = VECTOR_CASES.find(({ flip }) => flip?.[0] === 3)!
    const cwd = tempFolder(t)
    writeFileSync(join(cwd, "store.bin"), deadStore(damaged))
    const { stdout, stderr } = await runCli(["flash", "read", "store.bin"], {
        cwd,
    })
    assert.ok(stdout.endsWith(printed(damaged.current)))
    assert.ok(stdout.includes(printed(damaged.older)))
    const [slot, gap] = damaged.problems
    assert.equal(
        stderr,
        `fiberctl: error.log.1: ${gap}\nfiberctl: error.log: ${slot}\n`
    )
})

test("flash read says in one line that an image is none, or cut short", async t => {
    const cwd = tempFolder(t)
    const store = deadStore(VECTOR_CASES[0])
    const images: Record<string, [Buffer, RegExp]> = {
        "random.bin": [Buffer.alloc(8192, 0xa5), /no flash store found/],
        "half.bin": [store.subarray(0, 9000), /is cut short: 9000 bytes/],
    }
    for (const [name, [image, message]] of Object.entries(images)) {
        writeFileSync(join(cwd, name), image)
        const { code, stdout, stderr } = await runCli(["flash", "read", name], {
            cwd,
        })
        assert.equal(code, 2, name)
        assert.equal(stdout, "")
        assert.match(stderr, message)
        assert.match(stderr, new RegExp(`^fiberctl: "${name}": [^\n]*\n$`))
    }
})
