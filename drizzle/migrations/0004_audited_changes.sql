ALTER TABLE "changes" ALTER COLUMN "hub" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "actor" text;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "address" text;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "subject_kind" text;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "subject_id" text;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "after" json;--> statement-breakpoint
-- A hub as its document, if it is still as the change of that number left it.
CREATE FUNCTION "hub_document"("of" text, "at" bigint) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'title', "hubs"."title", 'summary', "hubs"."summary", 'visibility', "hubs"."visibility",
		'embedOrigins', to_json("hubs"."embed_origins"),
		'widgets', (
			SELECT coalesce(json_agg(
				CASE WHEN "w"."title" IS NULL
				THEN json_build_object('id', "w"."id", 'type', "w"."type", 'config', "w"."config",
					'position', json_build_object('x', "w"."x", 'y', "w"."y", 'w', "w"."w", 'h', "w"."h"))
				ELSE json_build_object('id', "w"."id", 'type', "w"."type", 'title', "w"."title", 'config', "w"."config",
					'position', json_build_object('x', "w"."x", 'y', "w"."y", 'w', "w"."w", 'h', "w"."h"))
				END ORDER BY "w"."place"), '[]')
			FROM "widgets" "w" WHERE "w"."hub" = "hubs"."slug"
		)
	) FROM "hubs" WHERE "hubs"."slug" = "of" AND "hubs"."revision" = "at"
$$;
--> statement-breakpoint
-- Of what was written before, nobody knows by whom, and only what is still so is known.
UPDATE "changes" SET "actor" = 'unknown', "subject_kind" = 'hub', "subject_id" = "hub", "after" = CASE
	WHEN EXISTS (SELECT 1 FROM "hubs" WHERE "hubs"."slug" = "changes"."hub" AND "hubs"."revision" = "changes"."number")
	THEN "hub_document"("hub", "number") END;
--> statement-breakpoint
ALTER TABLE "changes" ALTER COLUMN "actor" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "changes" ALTER COLUMN "subject_kind" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "changes" ALTER COLUMN "subject_id" SET NOT NULL;--> statement-breakpoint
CREATE INDEX "changes_subject" ON "changes" USING btree ("subject_kind","subject_id","number");--> statement-breakpoint
-- A process of an older version that runs beside newer ones writes and reads a change by the hub it is of, and nothing else.
CREATE FUNCTION "complete_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW."subject_id" IS NULL THEN
		NEW."actor" := 'unknown';
		NEW."subject_kind" := 'hub';
		NEW."subject_id" := NEW."hub";
		NEW."after" := "hub_document"(NEW."hub", NEW."number");
	ELSE
		NEW."hub" := NEW."subject_id";
	END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "changes_completed" BEFORE INSERT ON "changes" FOR EACH ROW EXECUTE FUNCTION "complete_change"();
