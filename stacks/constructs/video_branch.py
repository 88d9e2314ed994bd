"""The functions that make a video ready, in the order of their states."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from collect_outputs.settings import CollectOutputsSettings
from on_mediaconvert_event.settings import OnMediaconvertEventSettings
from probe_video.settings import ProbeVideoSettings
from spool.keys import CAPTURES, ORIGINALS, RENDITIONS
from spool.settings import Settings
from stacks.config import DeploySettings
from stacks.constructs.function import Function
from stacks.constructs.layer import Layers
from stacks.constructs.transcoding import Transcoding
from submit_mediaconvert.settings import SubmitMediaconvertSettings
from video_stills.settings import VideoStillsSettings
from wait_mediaconvert.settings import WaitMediaconvertSettings

SHORT, LONG = Duration.seconds(60), Duration.seconds(300)


class VideoBranch(Construct):
    """`functions` are the branch's states; the events of their MediaConvert jobs are wired too."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deploy: DeploySettings,
        layers: Layers,
        table: dynamodb.ITable,
        originals: s3.IBucket,
        renditions: s3.IBucket,
    ) -> None:
        super().__init__(scope, construct_id)
        self._deploy, self._layers = deploy, layers
        self._table, self._originals, self._renditions = table, originals, renditions
        self._transcoding = Transcoding(
            self, "Transcoding", deploy=deploy, originals=originals, renditions=renditions
        )
        self.functions = [
            self._probe_video(),
            self._submit_mediaconvert(),
            self._wait_mediaconvert(),
            self._collect_outputs(),
            self._video_stills(),
        ]
        self._transcoding.announce_to(self._on_mediaconvert_event())

    def _probe_video(self) -> Function:
        function = self._function(
            "probe_video",
            ProbeVideoSettings(
                table_name=self._table.table_name,
                originals_bucket=self._originals.bucket_name,
                video_pixel_limit=self._deploy.video_pixel_limit,
                video_duration_limit=self._deploy.video_duration_limit,
                video_audio_required=self._deploy.video_audio_required,
            ),
            timeout=LONG,
            memory_mib=1769,  # one whole vCPU: it takes the digest of every byte
            packages=["video"],
        )
        function.allow(
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            on=[self._table.table_arn],
        )
        self._let_read_originals(function, "s3:GetObjectVersion", "s3:GetObject")
        return function

    def _submit_mediaconvert(self) -> Function:
        function = self._function(
            "submit_mediaconvert",
            SubmitMediaconvertSettings(
                table_name=self._table.table_name,
                originals_bucket=self._originals.bucket_name,
                renditions_bucket=self._renditions.bucket_name,
                mediaconvert_queue=self._transcoding.queue_arn,
                mediaconvert_role=self._transcoding.role.role_arn,
                uhd_rung=self._deploy.uhd_rung,
            ),
            timeout=SHORT,
        )
        function.allow("dynamodb:GetItem", "dynamodb:UpdateItem", on=[self._table.table_arn])
        self._let_read_originals(function, "s3:GetObject")
        self._transcoding.let_submit(function)
        self._transcoding.let_cancel(function)
        return function

    def _wait_mediaconvert(self) -> Function:
        function = self._function(
            "wait_mediaconvert",
            WaitMediaconvertSettings(
                table_name=self._table.table_name, originals_bucket=self._originals.bucket_name
            ),
            timeout=SHORT,
        )
        function.allow("dynamodb:GetItem", "dynamodb:UpdateItem", on=[self._table.table_arn])
        self._let_read_originals(function, "s3:GetObject")
        self._transcoding.let_follow(function)
        return function

    def _on_mediaconvert_event(self) -> Function:
        function = self._function(
            "on_mediaconvert_event",
            OnMediaconvertEventSettings(table_name=self._table.table_name),
            timeout=SHORT,
        )
        function.allow("dynamodb:GetItem", "dynamodb:UpdateItem", on=[self._table.table_arn])
        self._transcoding.let_cancel(function)
        return function

    def _collect_outputs(self) -> Function:
        function = self._function(
            "collect_outputs",
            CollectOutputsSettings(
                originals_bucket=self._originals.bucket_name,
                renditions_bucket=self._renditions.bucket_name,
                uhd_rung=self._deploy.uhd_rung,
            ),
            timeout=Duration.seconds(900),
            memory_mib=3538,  # two whole vCPUs: it moves every byte of the film, in 15 minutes
            packages=["video"],
        )
        self._let_read_originals(function, "s3:GetObject")
        function.allow_delivered("s3:GetObject", bucket=self._renditions, pattern=f"{RENDITIONS}*")
        function.allow("s3:ListBucket", on=[self._renditions.bucket_arn])
        function.allow_delivered(
            "s3:PutObject",
            "s3:AbortMultipartUpload",
            bucket=self._renditions,
            pattern=f"{RENDITIONS}*.mp4",
        )
        return function

    def _video_stills(self) -> Function:
        function = self._function(
            "video_stills",
            VideoStillsSettings(
                table_name=self._table.table_name, renditions_bucket=self._renditions.bucket_name
            ),
            timeout=LONG,
            memory_mib=1769,
            packages=["imaging"],
        )
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", on=[self._table.table_arn])
        function.allow_objects("s3:GetObject", bucket=self._renditions, pattern=f"{CAPTURES}*")
        function.allow("s3:ListBucket", on=[self._renditions.bucket_arn])
        function.allow_delivered("s3:PutObject", bucket=self._renditions, pattern=f"{RENDITIONS}*")
        return function

    def _let_read_originals(self, function: Function, *actions: str) -> None:
        """By version, or by key where MediaConvert reads by key. What is gone is then 404."""
        function.allow_objects(*actions, bucket=self._originals, pattern=f"{ORIGINALS}*")
        function.allow("s3:ListBucket", on=[self._originals.bucket_arn])

    def _function(
        self,
        name: str,
        settings: Settings,
        *,
        timeout: Duration,
        memory_mib: int = 512,
        packages: Sequence[str] = (),
    ) -> Function:
        return Function(
            self,
            name,
            deploy=self._deploy,
            settings=settings,
            layers=self._layers.of(*packages),
            timeout=timeout,
            memory_mib=memory_mib,
        )
