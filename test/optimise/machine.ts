/**
 * The DeviceScript VM in this process, on its own clock: `run` loads an image, lets it run
 * until its fibers are done and tells what it printed. A run of some seconds of the program's
 * time takes a few milliseconds, and the same image prints the same each time.
 *
 * The VM does not count its steps, so instructions that do are added to its WebAssembly: one
 * increment in the loop that executes one opcode after the other.
 */
import { createRequire } from "node:module"
import { loadVm, type VmModule } from "../../host/tool/index.ts"

/** The result of a run. */
export interface Run {
    /** What the program and the VM printed, each line with its marker. */
    lines: string[]
    /** Code of the panic that ended the run, undefined when it came to its end. */
    panic: number | undefined
    /** Opcodes executed. */
    steps: number
    /** The result of the VM's verifier: 0 when the image is sound, else it did not run. */
    verified: number
}

const require = createRequire(import.meta.url)
/** Longest run, in ms of the program's own clock. */
const LONGEST_RUN_MS = 30_000
/** The panic of a run that broke the VM itself. */
export const BROKEN = -1
/** A run starts at a whole multiple of this, so that nothing depends on what ran before. */
const RUN_GRID_MS = 65_536
/** The line a program prints last. */
export const LAST_LINE = "> end"
/** How long a program's fibers may go on after its last line, in ms. */
const AFTER_LAST_MS = 200
/** Address of the count of steps: below 1,024, where the VM has no data. */
const STEPS_ADDRESS = 512
/** The file system formats itself and devices announce themselves. */
const BOOT_ROUNDS = 20

/** Lines with these markers are the program's or tell of an exception. */
const MARKED = /^\s*[>!*?#] (?!stop program|start: |DeviceScript )/

/** A VM that counts its steps. */
async function loadCountingVm(now: () => number): Promise<VmModule> {
    const { instantiate } = assembly
    assembly.instantiate = (binary, imports) =>
        instantiate(countSteps(binary), imports)
    try {
        return await loadVm(require, { now, print: () => {} })
    } finally {
        assembly.instantiate = instantiate
    }
}

/** What the VM's module uses of the engine; Node's types do not have it. */
const assembly = (
    globalThis as unknown as {
        WebAssembly: {
            instantiate(binary: Uint8Array, imports: object): Promise<unknown>
        }
    }
).WebAssembly

export class Machine {
    /** Booted by the first run, and by the next one after it broke. */
    private vm: VmModule | undefined
    private now = RUN_GRID_MS
    private lines: string[] = []
    private panic: number | undefined

    private async boot(): Promise<VmModule> {
        const vm = await loadCountingVm(() => this.now)
        vm.flashLoad = () => new Uint8Array(0)
        vm.flashSave = () => {}
        vm.sendPacket = () => {}
        vm.error = () => {}
        vm.dmesg = line => this.lines.push(line)
        vm.panicHandler = code => (this.panic = code)
        vm.devsInit()
        for (let i = 0; i < BOOT_ROUNDS; i++) this.advance(vm)
        return vm
    }

    /** Runs a program from its start to its end, its panic or LONGEST_RUN_MS. */
    async run(image: Uint8Array): Promise<Run> {
        this.vm ??= await this.boot()
        return this.runImage(this.vm, image)
    }

    private runImage(vm: VmModule, image: Uint8Array): Run {
        const verified = vm.devsVerify(image)
        if (verified !== 0)
            return { lines: [], panic: undefined, steps: 0, verified }
        this.now = (Math.floor(this.now / RUN_GRID_MS) + 1) * RUN_GRID_MS
        this.lines = []
        this.panic = undefined
        vm.HEAPU32[STEPS_ADDRESS / 4] = 0
        try {
            vm.devsDeploy(image)
            this.runToEnd(vm)
        } catch {
            // results of a VM that broke mean nothing
            this.vm = undefined
            this.panic = BROKEN
        }
        const { panic } = this
        const lines = this.lines.filter(line => MARKED.test(line))
        const steps = vm.HEAPU32[STEPS_ADDRESS / 4]!
        // the empty program: nothing of this run goes on
        this.vm?.devsDeploy(new Uint8Array(0))
        return { lines, panic, steps, verified }
    }

    private runToEnd(vm: VmModule): void {
        let until = this.now + LONGEST_RUN_MS
        let seen = 0
        while (this.now < until && this.panic === undefined) {
            this.advance(vm)
            for (; seen < this.lines.length; seen++)
                if (this.lines[seen] === LAST_LINE)
                    until = this.now + AFTER_LAST_MS
        }
    }

    /** One round of the VM; its clock goes on to when it wants the next. */
    private advance(vm: VmModule): void {
        const wait = vm._jd_em_process()
        this.now += Math.max(1, Math.ceil(wait / 1000))
    }
}

/** `i32.const 131072`: the most steps of a slice, in the one function that counts them down. */
const MOST_STEPS = [0x41, 0x80, 0x80, 0x08]
/** Its loop's head: `local.get 3; i32.const -1; i32.add; local.tee 4; i32.eqz; br_if 1`. */
const COUNT_DOWN = [0x20, 0x03, 0x41, 0x7f, 0x6a, 0x22, 0x04, 0x45, 0x0d, 0x01]
/** `memory[STEPS_ADDRESS] += 1` */
const COUNT_UP = [
    ...[0x41, 0x80, 0x04, 0x41, 0x80, 0x04, 0x28, 0x02, 0x00],
    ...[0x41, 0x01, 0x6a, 0x36, 0x02, 0x00],
]
const WASM_HEADER = 8
const CODE_SECTION = 10

/** The VM's WebAssembly with the loop over opcodes counting. */
function countSteps(binary: Uint8Array): Buffer {
    const wasm = Buffer.from(binary)
    const section = findCode(wasm)
    const bodies: Buffer[] = []
    let { position } = readNumber(wasm, section.start)
    let counting = 0
    while (position < section.end) {
        const size = readNumber(wasm, position)
        const end = size.position + size.value
        const counted = countInBody(wasm.subarray(size.position, end))
        if (counted) counting++
        bodies.push(counted ?? wasm.subarray(position, end))
        position = end
    }
    if (counting !== 1)
        throw new Error(`${counting} loops over opcodes in the VM, not 1`)
    const count = readNumber(wasm, section.start)
    const code = Buffer.concat([
        wasm.subarray(section.start, count.position),
        ...bodies,
    ])
    return Buffer.concat([
        wasm.subarray(0, section.size),
        writeNumber(code.length),
        code,
        wasm.subarray(section.end),
    ])
}

function findCode(wasm: Buffer) {
    let at = WASM_HEADER
    while (at < wasm.length) {
        const { value, position } = readNumber(wasm, at + 1)
        const end = position + value
        if (wasm[at] === CODE_SECTION)
            return { size: at + 1, start: position, end }
        at = end
    }
    throw new Error("no code in the VM")
}

/** The function with its size in front, when it is the one that counts down. */
function countInBody(body: Buffer): Buffer | undefined {
    const most = body.indexOf(Buffer.from(MOST_STEPS))
    if (most < 0) return undefined
    const loop = body.indexOf(Buffer.from(COUNT_DOWN), most)
    if (loop < 0) return undefined
    return Buffer.concat([
        writeNumber(body.length + COUNT_UP.length),
        body.subarray(0, loop),
        Buffer.from(COUNT_UP),
        body.subarray(loop),
    ])
}

/** A number in LEB128, and where it ends. */
function readNumber(from: Buffer, at: number) {
    let value = 0
    for (let shift = 0; ; shift += 7) {
        const byte = from[at++]!
        value |= (byte & 0x7f) << shift
        if (byte < 0x80) return { value, position: at }
    }
}

function writeNumber(value: number): Buffer {
    const bytes: number[] = []
    while (value > 0x7f) {
        bytes.push((value & 0x7f) | 0x80)
        value >>= 7
    }
    return Buffer.from([...bytes, value])
}
