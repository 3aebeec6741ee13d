export { createProxy, type ProxyOptions } from './proxy.ts';
export { createWatchdog, type Watchdog } from './child/watchdog.ts';
