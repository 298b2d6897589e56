import { z } from 'zod';

// The fields of https://fly.io/docs/reference/configuration/ as far as an app like this one may want them. Every object
// is strict: Fly itself passes over a name that it does not know, and the setting silently does nothing.
const duration = z.union([z.number().int(), z.string().regex(/^\d+(ms|s|m)$/)]);
const processes = z.array(z.string()).optional();

const Check = z.strictObject({
  grace_period: duration.optional(),
  interval: duration.optional(),
  timeout: duration.optional(),
  method: z.enum(['GET', 'get', 'HEAD', 'head']).optional(),
  path: z.string().startsWith('/').optional(),
  protocol: z.enum(['http', 'https']).optional(),
  tls_server_name: z.string().optional(),
  tls_skip_verify: z.boolean().optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

const Vm = z.strictObject({
  size: z.string().optional(),
  memory: z.union([z.number().int(), z.string().regex(/^\d+(mb|gb)$/i)]).optional(),
  cpus: z.number().int().optional(),
  cpu_kind: z.enum(['shared', 'performance']).optional(),
  gpu_kind: z.string().optional(),
  host_dedication_id: z.string().optional(),
  processes,
});

const HttpService = z.strictObject({
  processes,
  internal_port: z.number().int(),
  force_https: z.boolean().optional(),
  auto_stop_machines: z.enum(['off', 'stop', 'suspend']).optional(),
  auto_start_machines: z.boolean().optional(),
  min_machines_running: z.number().int().optional(),
  concurrency: z
    .strictObject({
      type: z.enum(['connections', 'requests']).optional(),
      soft_limit: z.number().int().optional(),
      hard_limit: z.number().int().optional(),
    })
    .optional(),
  http_options: z
    .strictObject({
      idle_timeout: z.number().int().optional(),
      h2_backend: z.boolean().optional(),
      response: z
        .strictObject({ pristine: z.boolean().optional(), headers: z.record(z.string(), z.unknown()).optional() })
        .optional(),
    })
    .optional(),
  tls_options: z
    .strictObject({
      alpn: z.array(z.string()).optional(),
      versions: z.array(z.string()).optional(),
      default_self_signed: z.boolean().optional(),
    })
    .optional(),
  checks: z.array(Check).optional(),
});

export const FlyConfiguration = z.strictObject({
  app: z.string(),
  primary_region: z.string().length(3).optional(),
  kill_signal: z.enum(['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGKILL', 'SIGSTOP']).optional(),
  kill_timeout: duration.optional(),
  console_command: z.string().optional(),
  swap_size_mb: z.number().int().optional(),
  build: z
    .strictObject({
      dockerfile: z.string().optional(),
      image: z.string().optional(),
      ignorefile: z.string().optional(),
      'build-target': z.string().optional(),
      args: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  deploy: z
    .strictObject({
      release_command: z.string().optional(),
      release_command_timeout: duration.optional(),
      release_command_vm: Vm.omit({ processes: true }).optional(),
      strategy: z.enum(['rolling', 'immediate', 'canary', 'bluegreen']).optional(),
      max_unavailable: z.number().positive().optional(),
      wait_timeout: duration.optional(),
    })
    .optional(),
  env: z.record(z.string().regex(/^(?!FLY_)/), z.string()).optional(),
  processes: z.record(z.string(), z.string()).optional(),
  http_service: HttpService.optional(),
  metrics: z.strictObject({ port: z.number().int(), path: z.string().startsWith('/'), processes }).optional(),
  mounts: z
    .array(
      z.strictObject({
        source: z.string(),
        destination: z.string().startsWith('/'),
        processes,
        initial_size: z.union([z.number().int(), z.string()]).optional(),
      }),
    )
    .optional(),
  vm: z.array(Vm).optional(),
});
