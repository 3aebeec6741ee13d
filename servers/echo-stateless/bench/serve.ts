import { options, serve } from '../../kit/bench/serve.ts';
import { createEchoStateless } from '../src/index.ts';

serve(createEchoStateless(options).handler);
