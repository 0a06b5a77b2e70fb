"""Addresses of controllers and raw frames."""

from django.urls import include, path

from cardswipe.views import commands, devices, frames, histories, profiles

urlpatterns = [
    path(
        "devices/",
        include(
            [
                path("", devices.controllers, name="controllers"),
                path("new/", devices.new_controller, name="new_controller"),
                path("profiles/", profiles.profiles, name="device_profiles"),
                path("profiles/new/", profiles.new_profile, name="new_profile"),
                path("profiles/<int:profile_id>/", profiles.profile, name="device_profile"),
                path("profiles/<int:profile_id>/edit/", profiles.edit_profile, name="edit_profile"),
                path("<int:controller_id>/", devices.controller, name="controller"),
                path("<int:controller_id>/now/", devices.controller_now, name="controller_now"),
                path(
                    "<int:controller_id>/history/",
                    histories.controller_history,
                    name="controller_history",
                ),
                path("<int:controller_id>/edit/", devices.edit_controller, name="edit_controller"),
                path("<int:controller_id>/use/", devices.use_controller, name="use_controller"),
                path("<int:controller_id>/stop/", devices.stop_controller, name="stop_controller"),
                path("<int:controller_id>/ask/", commands.command_new, name="command_new"),
                path("commands/<int:command_id>/", commands.command, name="command"),
                path(
                    "commands/<int:command_id>/withdraw/",
                    commands.command_withdraw,
                    name="command_withdraw",
                ),
            ]
        ),
    ),
    path("frames/", frames.frames, name="frames"),
    path("frames/strangers/", frames.strangers, name="strangers"),
    path("frames/<int:frame_id>/", frames.frame, name="frame"),
]
