ALTER TABLE "events" ADD COLUMN "bytes" integer;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "token" text;