"""What turns an upload into a ready asset, and says so."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import App, CfnOutput, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs

from expire_uploads.settings import ExpireUploadsSettings
from image_variants.settings import ImageVariantsSettings
from inspect_original.settings import InspectOriginalSettings
from metadata_extract.settings import MetadataExtractSettings
from notify_status.settings import NotifyStatusSettings
from on_object_created.settings import OnObjectCreatedSettings
from spool.indexes import EXPIRY
from spool.keys import MANIFEST, ORIGINALS, RENDITIONS
from spool.settings import Settings
from stacks.config import DeploySettings
from stacks.constructs.deletions import Deletions
from stacks.constructs.events_topic import EventsTopic
from stacks.constructs.function import Function
from stacks.constructs.job_records import JobRecords
from stacks.constructs.layer import Layers
from stacks.constructs.news import News
from stacks.constructs.object_events import ObjectEvents
from stacks.constructs.reconciliation import Reconciliation
from stacks.constructs.reprocessing import BulkReprocessing
from stacks.constructs.video_branch import VideoBranch
from stacks.constructs.webhooks import Webhooks
from stacks.constructs.workflow import Workflow
from stacks.delivery import DeliveryStack
from stacks.parameters import public_url
from stacks.storage import StorageStack
from write_manifest.settings import WriteManifestSettings

SWEEP_EVERY = Duration.minutes(5)
SHORT, LONG = Duration.seconds(30), Duration.seconds(60)


class PipelineStack(Stack):
    def __init__(
        self,
        app: App,
        stack_name: str,
        *,
        deploy: DeploySettings,
        storage: StorageStack,
        delivery: DeliveryStack,
    ) -> None:
        super().__init__(app, stack_name, description="Spool: the pipeline")
        self._deploy = deploy
        self._layers = Layers(self)
        self._table, self._originals = storage.table, storage.originals
        self._renditions = delivery.renditions
        self._cdn_url = public_url(self, deploy.domain_name or delivery.domain_name)

        intake = ObjectEvents(
            self,
            "Intake",
            bucket=self._originals,
            prefix=ORIGINALS,
            detail_type="Object Created",
            consumer_timeout=SHORT,
        )
        workflow = self._workflow(intake)
        self._expire_uploads()
        news = News(self, "News")
        news.feed(self._notify_status(news), stream=storage.stream_arn)
        reconciliation = Reconciliation(
            self,
            "Reconciliation",
            deploy=deploy,
            layers=self._layers,
            bus=news.bus,
            storage=storage,
            delivery=delivery,
            cdn_url=self._cdn_url,
        )
        intake.feed(
            self._on_object_created(workflow, reconciliation.queue),
            concurrency=deploy.intake_concurrency,
        )
        self._heed_deletions()
        self._record_jobs(news)
        if deploy.events_topic:
            EventsTopic(self, "EventsTopic", bus=news.bus)
        self.machine, self.intake = workflow.machine, intake.queue
        self.bus = news.bus
        self.reprocessing, self.webhooks = self._reprocess(intake), self._tell_others(news)
        CfnOutput(self, "StateMachineArn", value=workflow.machine.state_machine_arn)
        CfnOutput(self, "EventBusName", value=news.bus.event_bus_name)
        CfnOutput(self, "IntakeQueueUrl", value=intake.queue.queue_url)

    def _workflow(self, intake: ObjectEvents) -> Workflow:
        return Workflow(
            self,
            "asset_pipeline",
            deploy=self._deploy,
            functions=[
                self._inspect_original(),
                self._metadata_extract(),
                self._image_variants(),
                *self._video_functions(),
                self._write_manifest(),
            ],
            dead_letters=intake.dead_letters,
        )

    def _heed_deletions(self) -> None:
        Deletions(
            self,
            "Deletions",
            deploy=self._deploy,
            layers=self._layers,
            table=self._table,
            originals=self._originals,
        )

    def _record_jobs(self, news: News) -> None:
        JobRecords(
            self,
            "JobRecords",
            deploy=self._deploy,
            layers=self._layers,
            bus=news.bus,
            table=self._table,
        )

    def _reprocess(self, intake: ObjectEvents) -> sqs.IQueue:
        reprocessing = BulkReprocessing(
            self,
            "Reprocessing",
            deploy=self._deploy,
            layers=self._layers,
            table=self._table,
            originals=self._originals,
            intake=intake.queue,
        )
        return reprocessing.queue

    def _tell_others(self, news: News) -> sqs.IQueue:
        webhooks = Webhooks(
            self,
            "Webhooks",
            deploy=self._deploy,
            layers=self._layers,
            bus=news.bus,
            table=self._table,
        )
        return webhooks.deliveries.queue

    def _video_functions(self) -> Sequence[Function]:
        branch = VideoBranch(
            self,
            "Video",
            deploy=self._deploy,
            layers=self._layers,
            table=self._table,
            originals=self._originals,
            renditions=self._renditions,
        )
        return branch.functions

    def _on_object_created(self, workflow: Workflow, reconciliation: sqs.IQueue) -> Function:
        machine = workflow.machine.state_machine_arn
        function = self._function(
            "on_object_created",
            OnObjectCreatedSettings(
                table_name=self._table.table_name,
                state_machine_arn=machine,
                reconciliation_queue_url=reconciliation.queue_url,
                private_projects=self._deploy.private_projects,
            ),
            timeout=SHORT,
        )
        function.allow(
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            on=[self._table.table_arn],
        )
        function.allow("states:StartExecution", on=[machine])
        function.allow("sqs:SendMessage", on=[reconciliation.queue_arn])
        return function

    def _expire_uploads(self) -> None:
        table, originals = self._table.table_arn, self._originals
        function = self._function(
            "expire_uploads",
            ExpireUploadsSettings(
                table_name=self._table.table_name, originals_bucket=originals.bucket_name
            ),
            timeout=Duration.minutes(5),
        )
        function.allow("dynamodb:Query", on=[f"{table}/index/{EXPIRY.name}"])
        function.allow("dynamodb:GetItem", "dynamodb:UpdateItem", on=[table])
        function.allow_objects(
            "s3:AbortMultipartUpload", "s3:GetObject", bucket=originals, pattern=f"{ORIGINALS}*"
        )
        # What is missing is then 404 and not 403.
        function.allow("s3:ListBucket", on=[originals.bucket_arn])
        # What one run leaves undone the next one does: there is nothing to keep in a queue.
        events.Rule(
            self,
            "ExpireUploads",
            schedule=events.Schedule.rate(SWEEP_EVERY),
            targets=[targets.LambdaFunction(function.live, retry_attempts=0)],
        )

    def _inspect_original(self) -> Function:
        function = self._function(
            "inspect_original",
            InspectOriginalSettings(
                table_name=self._table.table_name,
                originals_bucket=self._originals.bucket_name,
                image_bytes_limit=self._deploy.image_bytes_limit,
                video_bytes_limit=self._deploy.video_bytes_limit,
                pixel_limit=self._deploy.pixel_limit,
                decoder_bytes_limit=self._deploy.decoder_bytes_limit,
            ),
            timeout=LONG,
            memory_mib=1024,
        )
        function.allow("dynamodb:GetItem", "dynamodb:UpdateItem", on=[self._table.table_arn])
        self._let_read_originals(function, "s3:GetObject")
        # A version that is gone is then 404, and not the 403 of a policy that is wrong.
        function.allow("s3:ListBucket", on=[self._originals.bucket_arn])
        return function

    def _metadata_extract(self) -> Function:
        function = self._decoder(
            "metadata_extract",
            MetadataExtractSettings(
                table_name=self._table.table_name, originals_bucket=self._originals.bucket_name
            ),
            timeout=Duration.seconds(180),
        )
        function.allow("dynamodb:PutItem", on=[self._table.table_arn])
        self._let_read_originals(function)
        return function

    def _image_variants(self) -> Function:
        function = self._decoder(
            "image_variants",
            ImageVariantsSettings(
                originals_bucket=self._originals.bucket_name,
                renditions_bucket=self._renditions.bucket_name,
                large_mip=self._deploy.large_mip,
            ),
            timeout=Duration.seconds(300),
        )
        self._let_read_originals(function)
        function.allow_delivered("s3:PutObject", bucket=self._renditions, pattern=f"{RENDITIONS}*")
        return function

    def _write_manifest(self) -> Function:
        function = self._function(
            "write_manifest",
            WriteManifestSettings(
                table_name=self._table.table_name,
                renditions_bucket=self._renditions.bucket_name,
                cdn_url=self._cdn_url,
            ),
            timeout=LONG,
            version_description=self._cdn_url,
        )
        function.allow("dynamodb:GetItem", "dynamodb:UpdateItem", on=[self._table.table_arn])
        function.allow_delivered(
            "s3:PutObject", bucket=self._renditions, pattern=f"{RENDITIONS}*/{MANIFEST}"
        )
        return function

    def _notify_status(self, news: News) -> Function:
        return self._function(
            "notify_status",
            NotifyStatusSettings(event_bus_name=news.bus.event_bus_name),
            timeout=LONG,
        )

    def _let_read_originals(self, function: Function, *more: str) -> None:
        """By version, and `more`."""
        function.allow_objects(
            "s3:GetObjectVersion", *more, bucket=self._originals, pattern=f"{ORIGINALS}*"
        )

    def _decoder(self, name: str, settings: Settings, *, timeout: Duration) -> Function:
        """A function that decodes whole originals."""
        return self._function(
            name,
            settings,
            timeout=timeout,
            memory_mib=self._deploy.decoder_memory_mib,
            packages=["imaging"],
        )

    def _function(
        self,
        name: str,
        settings: Settings,
        *,
        timeout: Duration,
        memory_mib: int = 512,
        packages: Sequence[str] = (),
        version_description: str | None = None,
    ) -> Function:
        return Function(
            self,
            name,
            deploy=self._deploy,
            settings=settings,
            layers=self._layers.of(*packages),
            timeout=timeout,
            memory_mib=memory_mib,
            version_description=version_description,
        )
