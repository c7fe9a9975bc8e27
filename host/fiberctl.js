#!/usr/bin/env node
import "./tsx-cache.js"
import { builtProgram } from "./built.js"

const built = builtProgram("fiberctl")
if (built) await import(built)
else {
    await import("./register.js")
    await import("./fiberctl.ts")
}
