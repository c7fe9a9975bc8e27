#!/usr/bin/env node
// The package holds built JavaScript, a checkout TypeScript.
import { existsSync } from "node:fs"

if (existsSync(new URL("./fiberctl.ts", import.meta.url))) {
    await import("./register.js")
    await import("./fiberctl.ts")
} else await import("../dist/fiberctl.js")
