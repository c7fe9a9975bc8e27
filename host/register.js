// Lets Node load the TypeScript of this folder. Only ES modules go through it: the 28 MB bundle
// of the DeviceScript tool is a CommonJS file and would take 15 s to be looked at.
import { register } from "tsx/esm/api"

/** Ends that again, for what is loaded from then on. */
export const unregister = register()
