/**
 * Loads the VM of the DeviceScript tool without the tool: it is one module of the bundle that needs
 * no other, so that a board starts in a fraction of the time and memory that the whole tool takes.
 */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname } from "node:path"
import { compileFunction } from "node:vm"
import { BUNDLE } from "./bundle.ts"

/** The emscripten module of the VM, as far as it is used (runtime/devicescript-vm/wasmpre.ts). */
export interface VmModule {
    HEAPU32: Uint32Array
    flashSize: number
    flashLoad: () => Uint8Array
    flashSave: (image: Uint8Array) => void
    dmesg: (line: string) => void
    error: (...problem: unknown[]) => void
    panicHandler: (code: number) => void
    sendPacket: (packet: Uint8Array) => void
    /** Does what is due. @returns the time until something else is due, in microseconds */
    _jd_em_process: () => number
    /** Connects the VM to its bus, by the `net` that `load` gives. */
    setupNodeTcpSocketTransport(
        load: Load,
        host: string,
        port: number
    ): Promise<object>
    devsInit(): void
    devsSetDeviceId(id: string): void
    /** Collects garbage at each allocation, instead of when the heap is full. */
    devsGcStress(isOn: boolean): void
    /** @returns 0 when the image is sound */
    devsVerify(image: Uint8Array): number
    devsDeploy(image: Uint8Array): number
    devsStart(): void
}

/** What a module gets its modules from. */
type Load = (name: string) => unknown

const require = createRequire(import.meta.url)
/** Where the module's body begins and ends in the bundle. */
const BEGIN =
    '"runtime/devicescript-vm/built/devicescript-vm.js"(exports, module2) {'
const END = "\n  }\n});"

/** What the VM takes from the engine. */
interface Surroundings {
    /** The time that it is told, in whole ms. */
    now: () => number
    /** What it prints besides its log: its panics. */
    print: (...values: unknown[]) => void
}

/** @param load gives the modules that the VM takes: `net` and `tls` are its network */
export async function loadVm(
    load: Load,
    { now = Date.now, print = console.log }: Partial<Surroundings> = {}
): Promise<VmModule> {
    const file = require.resolve(BUNDLE)
    const bundle = readFileSync(file)
    const begin = bundle.indexOf(BEGIN)
    const end = bundle.indexOf(END, begin)
    if (begin < 0 || end < 0) throw new Error(`no VM in ${file}`)
    const body = bundle.toString("utf8", begin + BEGIN.length, end)
    const module = { exports: {} }
    const given = {
        exports: module.exports,
        module2: module,
        require: load,
        __filename: file,
        __dirname: dirname(file),
        Date: { now },
        console: { ...console, log: print },
    }
    const run = compileFunction(body, Object.keys(given), { filename: file })
    run(...Object.values(given))
    const make = module.exports as (options: object) => Promise<VmModule>
    return make({})
}
