export { MAX_FILE_BYTES, MAX_VERSION, type Target } from "./file.ts"
export {
    makeHmacKey,
    type OtaKey,
    readBytes,
    readKey,
    readText,
} from "./keys.ts"
export { DEFAULT_HEIGHT, keyFileBytes, makeLmsKey } from "./lms-key.ts"
export { pushFile, type PushTarget, readState } from "./push.ts"
export {
    type BoardReport,
    listFiles,
    type ServeEvent,
    serveFolder,
} from "./serve.ts"
export { shareOf } from "./share.ts"
export { signFile, type Verdict, verifyFile } from "./sign.ts"
