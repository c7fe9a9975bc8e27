#!/usr/bin/env node
import "./register.js"

await import("./fiberctl.ts")
